"""A code works once (RFC 6749 4.1.2), and whoever used it twice has lost what the first use gave."""

from __future__ import annotations

from tests.certification.client import Done
from tests.certification.flow import Flow
from tests.certification.modules import module


async def second_use_fails(flow: Flow, done: Done) -> None:
    flow.failed(await flow.redeem(done.answer["code"]), "invalid_grant")


@module("oidcc-codereuse")
async def test_oidcc_codereuse(flow: Flow) -> None:
    """RFC 6749 5.2."""
    await second_use_fails(flow, await flow.complete())


@module("oidcc-codereuse-30seconds")
async def test_oidcc_codereuse_30seconds(flow: Flow) -> None:
    """RFC 6749 4.1.2: half a minute later as well, and the first access token is dead."""
    done = await flow.complete()
    flow.suite.clock.advance(seconds=30)
    await second_use_fails(flow, done)
    headers = {"Authorization": f"Bearer {done.access_token}"}
    answer = await flow.suite.http.get(flow.suite.metadata["userinfo_endpoint"], headers=headers)
    assert answer.status_code == 401
