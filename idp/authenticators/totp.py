"""Time-based one-time passwords (RFC 6238): parameters, secrets, and which time step a typed code belongs to.

Owns no memory of used steps: the caller burns the returned step in one conditional statement (RFC 6238 5.2).
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Literal, get_args

import pyotp

from idp.authenticators.typed import (
    LONGEST_TYPED,
    Empty,
    LooksLikeRecoveryCode,
    WrongShape,
    has_recovery_shape,
    without_gaps,
)
from idp.values.entropy import Entropy
from idp.values.secrets import AppCode, TotpSecret

Algorithm = Literal["SHA1", "SHA256", "SHA512"]
ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)

SECRET_OCTETS = 20
"""RFC 4226 4 R6 recommends 160 bits; SP 800-63B 3.1.4.1 asks for 112 at least."""
WINDOW = 1
"""Steps accepted on either side: a slow typist and a clock off by half a minute (RFC 6238 5.2)."""
NEAREST_DRIFT, FARTHEST_DRIFT = 2, 20
"""Steps in which enrolment looks for a phone with a wrong clock."""

_DIGESTS = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class TotpParameters:
    """Stored with each authenticator. The default is the only setting that every app honours."""

    algorithm: Algorithm = "SHA1"
    digits: int = 6
    period: int = 30
    """Seconds; SP 800-63B 3.1.4.1 allows two minutes at most."""

    def __post_init__(self) -> None:
        """Raises ValueError for what no authenticator app makes."""
        if self.algorithm not in _DIGESTS:
            raise ValueError("the algorithm of an app code is SHA1, SHA256 or SHA512")
        if not 6 <= self.digits <= 8:  # noqa: PLR2004 (RFC 4226 5.3: 6 digits at least, "possibly 7 and 8")
            raise ValueError("an app code has 6 to 8 digits")
        if not 15 <= self.period <= 120:  # noqa: PLR2004 (the docstring of the field names the source)
            raise ValueError("the period of an app code is 15 to 120 seconds")


DEFAULT = TotpParameters()


def new_secret(entropy: Entropy) -> TotpSecret:
    """160 random bits as 32 base32 characters, without padding."""
    return TotpSecret(base64.b32encode(entropy(SECRET_OCTETS)).decode())


def normalised(text: str) -> str:
    """`text` as it is compared: full-width digits as ASCII, no spaces, no dashes."""
    return without_gaps(text)


def parse(text: str, *digits: int) -> AppCode | WrongShape | LooksLikeRecoveryCode | Empty:
    """The code that was typed, of exactly so many ASCII digits; leading zeros count, so it stays text."""
    if len(text) > LONGEST_TYPED:
        return WrongShape()
    code = normalised(text)
    if not code:
        return Empty()
    # Superscript and Arabic-Indic digits end here; pyotp folds with NFKC and would take the former.
    if len(code) in digits and re.fullmatch("[0-9]+", code):
        return AppCode(code)
    return LooksLikeRecoveryCode() if has_recovery_shape(code) else WrongShape()


def time_step(at: datetime, period: int) -> int:
    """RFC 6238 4.2: whole periods since 1970 UTC, in integers so that no instant is rounded into its neighbour."""
    return (at - _EPOCH) // timedelta(seconds=period)


def match(
    secret: TotpSecret, code: AppCode, parameters: TotpParameters, at: datetime, window: int = WINDOW
) -> int | None:
    """The time step whose code was typed, within `window` steps of `at`; None if there is none.

    All steps are compared, so that the time taken tells nothing. Should two steps share a code, the later one is
    returned: burning it also burns the other, and one typed code can never be taken twice.
    """
    step = time_step(at, parameters.period)
    matched = None
    for candidate, expected in _codes(secret, parameters, range(step - window, step + window + 1)):
        if compare_digest(expected.encode(), code.expose().encode()):
            matched = candidate
    return matched


def drift(secret: TotpSecret, code: AppCode, parameters: TotpParameters, at: datetime) -> timedelta | None:
    """How far the phone's clock is ahead of ours (negative: behind), when the code is 2 to 20 steps away.

    For enrolment only, where the secret is the asker's own: elsewhere the answer would help to guess.
    """
    step = time_step(at, parameters.period)
    for distance in range(NEAREST_DRIFT, FARTHEST_DRIFT + 1):
        for candidate, expected in _codes(secret, parameters, (step - distance, step + distance)):
            if compare_digest(expected.encode(), code.expose().encode()):
                return timedelta(seconds=(candidate - step) * parameters.period)
    return None


def _codes(secret: TotpSecret, parameters: TotpParameters, steps: Iterable[int]) -> Iterable[tuple[int, str]]:
    generator = pyotp.TOTP(
        secret.expose(),
        digits=parameters.digits,
        digest=_DIGESTS[parameters.algorithm],
        interval=parameters.period,
    )
    return ((step, generator.generate_otp(step)) for step in steps if step >= 0)
