"""The userinfo endpoint (OIDC Core 5.3), by each way that RFC 6750 gives a token."""

from __future__ import annotations

import json

from tests.certification.claims import PROFILE
from tests.certification.flow import Flow
from tests.certification.modules import module


@module("oidcc-userinfo-get")
async def test_oidcc_userinfo_get(flow: Flow) -> None:
    """RFC 6750 2.1."""
    await flow.userinfo(await flow.complete())


@module("oidcc-userinfo-post-header")
async def test_oidcc_userinfo_post_header(flow: Flow) -> None:
    """OIDC Core 5.3.1: an empty body, and the token in the header."""
    await flow.userinfo(await flow.complete(), method="POST")


@module("oidcc-userinfo-post-body")
async def test_oidcc_userinfo_post_body(flow: Flow) -> None:
    """RFC 6750 2.2."""
    done = await flow.complete()
    form = {"access_token": done.access_token}
    flow.check_userinfo(await flow.suite.http.post(flow.suite.metadata["userinfo_endpoint"], data=form), done)


@module("oidcc-claims-essential")
async def test_oidcc_claims_essential(flow: Flow) -> None:
    """OIDC Core 5.5: one claim, essential, where it was asked for and nowhere else."""
    alone = flow.run.response_type == "id_token"
    done = await flow.complete(claims=json.dumps({"id_token" if alone else "userinfo": {"name": {"essential": True}}}))
    told = done.claims if alone else await flow.userinfo(done, "name")
    assert told["name"] == PROFILE["name"]
