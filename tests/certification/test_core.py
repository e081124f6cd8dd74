"""The flow itself: from an authorization request to tokens that are exactly what they should be."""

from __future__ import annotations

import base64
import hashlib
import secrets

from tests.certification.flow import Flow
from tests.certification.modules import module


@module("oidcc-server")
async def test_oidcc_server(flow: Flow) -> None:
    """OIDC Core 3.1, 3.2, 3.3."""
    await flow.complete()


@module("oidcc-server-client-secret-post")
async def test_oidcc_server_client_secret_post(flow: Flow) -> None:
    """OIDC Core 9, RFC 6749 2.3.1: the secret in the form."""
    await flow.complete()
    assert flow.party.auth == "client_secret_post"


@module("oidcc-response-type-missing")
async def test_oidcc_response_type_missing(flow: Flow) -> None:
    """RFC 6749 3.1.1, 4.1.2.1: refused at the client, in the query since nothing says otherwise."""
    page = await flow.visit(response_type=None)
    flow.refused(await flow.handed_over(page), "unsupported_response_type", "invalid_request")
    assert "state" in flow.sent


@module("oidcc-ensure-request-without-nonce-succeeds-for-code-flow")
async def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(flow: Flow) -> None:
    """OIDC Core 3.1.2.1: nonce is optional where no ID token comes from the authorization endpoint."""
    done = await flow.complete(nonce=None)
    assert "nonce" not in done.claims


@module("oidcc-ensure-request-without-nonce-fails")
async def test_oidcc_ensure_request_without_nonce_fails(flow: Flow) -> None:
    """OIDC Core 3.2.2.1, 3.3.2.11: where one does, it is required."""
    page = await flow.visit(nonce=None)
    flow.refused(await flow.handed_over(page), "invalid_request")


@module("oidcc-ensure-registered-redirect-uri")
async def test_oidcc_ensure_registered_redirect_uri(flow: Flow) -> None:
    """OIDC Core 3.1.2.1, RFC 6749 4.1.2.1: an error page, and nothing goes anywhere."""
    await flow.ready()
    elsewhere = flow.party.redirect_uri + "/not-registered"
    await flow.error_page(redirect_uri=elsewhere)


@module("oidcc-ensure-request-with-valid-pkce-succeeds")
async def test_oidcc_ensure_request_with_valid_pkce_succeeds(flow: Flow) -> None:
    """RFC 7636 4, method S256."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    page = await flow.visit(code_challenge=challenge, code_challenge_method="S256")
    await flow.finish(await flow.sign_in(page), code_verifier=verifier)


@module("oidcc-ensure-post-request-succeeds")
async def test_oidcc_ensure_post_request_succeeds(flow: Flow) -> None:
    """OIDC Core 3.1.2.1: the authorization endpoint takes a form as well, from another site and without our cookies."""
    await flow.ready()
    fields = list(flow.request().items())
    page = await flow.browser.cross_post(
        flow.suite.metadata["authorization_endpoint"], fields, origin=flow.suite.site.base_url
    )
    await flow.finish(await flow.sign_in(page))
