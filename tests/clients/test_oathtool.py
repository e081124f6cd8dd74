"""The OATH Toolkit, an implementation that shares nothing with ours, shows the codes that are taken here."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from idp.authenticators import totp
from idp.authenticators.totp import Algorithm, TotpParameters
from idp.values.secrets import AppCode

pytestmark = pytest.mark.debian

KINDS = [
    TotpParameters(algorithm=algorithm, digits=digits, period=period)
    for algorithm, digits, period in itertools.product(get_args(Algorithm), (6, 8), (30, 60))
]
INSTANTS = [datetime(2026, 11, 24, 9, 5, 29, tzinfo=UTC), datetime(2039, 1, 1, tzinfo=UTC)]


async def oathtool(secret: str, parameters: TotpParameters, at: datetime) -> list[str]:
    """Its codes of this time step and of the two after it."""
    process = await asyncio.create_subprocess_exec(
        "oathtool",
        f"--totp={parameters.algorithm}",
        f"--digits={parameters.digits}",
        f"--time-step-size={parameters.period}s",
        f"--now={at:%Y-%m-%d %H:%M:%S} UTC",
        "--window=2",
        "--base32",
        secret,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode().split()


@pytest.mark.parametrize("at", INSTANTS, ids=str)
@pytest.mark.parametrize("parameters", KINDS, ids=str)
async def test_oathtool_shows_the_codes_that_are_taken(parameters: TotpParameters, at: datetime) -> None:
    """T-01, T-09: each algorithm, 6 and 8 digits, 30 and 60 seconds; a secret as we make them."""
    secret = totp.new_secret(lambda length: bytes(range(7, 7 + length)))
    codes = await oathtool(secret.expose(), parameters, at)
    assert len(codes) == 3
    step = totp.time_step(at, parameters.period)
    for ahead, code in enumerate(codes):
        later = at + timedelta(seconds=ahead * parameters.period)
        assert totp.match(secret, AppCode(code), parameters, later, window=0) == step + ahead
