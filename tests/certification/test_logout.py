"""RP-Initiated Logout: only who proves to be the client of this sign-in is led back, and only where it registered."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlencode

from joserfc import jwt

from tests.certification.discovery import check_answer, check_metadata
from tests.certification.flow import Flow
from tests.certification.logout import signed_in
from tests.certification.modules import module
from tests.certification.registration import client_key
from tests.certification.suite import WELL_KNOWN, Suite


@module("oidcc-rp-initiated-logout-discovery-endpoint-verification")
async def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(suite: Suite) -> None:
    """RP-Initiated Logout 2.1."""
    found = check_answer(await suite.http.get(suite.issuer + WELL_KNOWN))
    check_metadata(found, suite.issuer + WELL_KNOWN)
    assert found["end_session_endpoint"].startswith("https://")


@module("oidcc-rp-initiated-logout")
async def test_oidcc_rp_initiated_logout(flow: Flow) -> None:
    """RP-Initiated Logout 2 and 3."""
    ending = await signed_in(flow)
    ending.returned(await ending.visit(), state=ending.state)
    await ending.nobody_is_signed_in()


@module("oidcc-rp-initiated-logout-no-state")
async def test_oidcc_rp_initiated_logout_no_state(flow: Flow) -> None:
    """RP-Initiated Logout 3: nothing is added where nothing was sent."""
    ending = await signed_in(flow)
    ending.returned(await ending.visit(state=None), state=None)
    await ending.nobody_is_signed_in()


@module("oidcc-rp-initiated-logout-bad-post-logout-redirect-uri")
async def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(flow: Flow) -> None:
    """RP-Initiated Logout 3: one that is not registered."""
    ending = await signed_in(flow)
    await ending.stays(post_logout_redirect_uri=ending.signed_out + "/elsewhere")


@module("oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri")
async def test_oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri(flow: Flow) -> None:
    """RP-Initiated Logout 3: exact string comparison."""
    ending = await signed_in(flow)
    await ending.stays(post_logout_redirect_uri=f"{ending.signed_out}?{urlencode({'foo': 'bar'})}")


@module("oidcc-rp-initiated-logout-modified-id-token-hint")
async def test_oidcc_rp_initiated_logout_modified_id_token_hint(flow: Flow) -> None:
    """RP-Initiated Logout 2: the same claims, unsigned."""
    ending = await signed_in(flow)
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    claims = ending.done.id_token.split(".")[1]
    await ending.stays(id_token_hint=f"{head}.{claims}.")


@module("oidcc-rp-initiated-logout-bad-id-token-hint")
async def test_oidcc_rp_initiated_logout_bad_id_token_hint(flow: Flow) -> None:
    """RP-Initiated Logout 2: signed by the client, as if it were the issuer of its issuer."""
    ending = await signed_in(flow)
    claims = dict(ending.done.claims)
    claims["iss"], claims["aud"] = claims["aud"], claims["iss"]
    await ending.stays(id_token_hint=jwt.encode({"alg": "RS256"}, claims, client_key()))


@module("oidcc-rp-initiated-logout-no-id-token-hint")
async def test_oidcc_rp_initiated_logout_no_id_token_hint(flow: Flow) -> None:
    """RP-Initiated Logout 3: an address alone leads nowhere."""
    ending = await signed_in(flow)
    await ending.stays(id_token_hint=None)


@module("oidcc-rp-initiated-logout-no-params")
async def test_oidcc_rp_initiated_logout_no_params(flow: Flow) -> None:
    ending = await signed_in(flow)
    await ending.says_goodbye(id_token_hint=None, post_logout_redirect_uri=None, state=None)


@module("oidcc-rp-initiated-logout-only-state")
async def test_oidcc_rp_initiated_logout_only_state(flow: Flow) -> None:
    ending = await signed_in(flow)
    await ending.says_goodbye(id_token_hint=None, post_logout_redirect_uri=None)


@module("oidcc-rp-initiated-logout-no-post-logout-redirect-uri")
async def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(flow: Flow) -> None:
    ending = await signed_in(flow)
    await ending.says_goodbye(post_logout_redirect_uri=None)
