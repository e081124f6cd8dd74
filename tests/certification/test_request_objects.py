"""Requests in a JWT (OIDC Core 6, RFC 9101): signed ones are the request, unsigned ones are refused."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from typing import Any

from joserfc import jwt

from tests.certification.flow import Flow
from tests.certification.modules import module, skipped
from tests.certification.registration import client_key

OUTSIDE = ("client_id", "response_type", "scope", "redirect_uri", "response_mode")
"""What is said outside of the object as well; state and nonce stand inside alone."""


def outer(flow: Flow) -> dict[str, str | None]:
    """The request last made, without what stands only inside of its object."""
    return {"state": None, "nonce": None} | {name: flow.sent[name] for name in OUTSIDE if name in flow.sent}


def claims_of(flow: Flow) -> dict[str, Any]:
    """RFC 9101 4: the request last made, from this client to this provider."""
    return {**flow.sent, "iss": flow.party.client_id, "aud": flow.suite.issuer}


def unsigned(claims: Mapping[str, Any]) -> str:
    """RFC 7515 A.5."""
    parts = (json.dumps(each).encode() for each in ({"alg": "none"}, claims))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def no_unsigned_objects(flow: Flow) -> None:
    """The reason of each skip here."""
    assert "none" not in flow.suite.metadata["request_object_signing_alg_values_supported"]


@module("oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported")
async def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(flow: Flow) -> None:
    """OIDC Core 6.1."""
    await flow.ready()
    flow.request()
    page = await flow.visit(**outer(flow), request=unsigned(claims_of(flow)))
    flow.refused(await flow.handed_over(page), "invalid_request_object", "request_not_supported")
    no_unsigned_objects(flow)
    skipped(flow.run)


@module("oidcc-ensure-request-object-with-redirect-uri")
async def test_oidcc_ensure_request_object_with_redirect_uri(flow: Flow) -> None:
    """OIDC Core 6.1: an unsigned object makes no address trustworthy, and the one outside is not registered."""
    await flow.ready()
    flow.request()
    claims = claims_of(flow)
    outside = outer(flow) | {"redirect_uri": flow.party.redirect_uri + "/elsewhere"}
    await flow.error_page(**outside, request=unsigned(claims))
    no_unsigned_objects(flow)
    skipped(flow.run)


async def unsigned_by_reference(flow: Flow) -> None:
    uri = flow.suite.site.url(f"/objects/{secrets.token_urlsafe(6)}")
    await flow.register(request_uris=[uri])
    flow.request()
    flow.suite.site.publish(uri.removeprefix(flow.suite.site.base_url), unsigned(claims_of(flow)), "application/jose")
    page = await flow.visit(**outer(flow), request_uri=uri)
    refusals = ("invalid_request_object", "invalid_request_uri", "request_uri_not_supported")
    flow.refused(await flow.handed_over(page), *refusals)
    no_unsigned_objects(flow)
    skipped(flow.run)


@module("oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported")
async def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(flow: Flow) -> None:
    """OIDC Core 6.2."""
    await unsigned_by_reference(flow)


@module("oidcc-request-uri-unsigned")
async def test_oidcc_request_uri_unsigned(flow: Flow) -> None:
    """OIDC Core 6.2."""
    await unsigned_by_reference(flow)


@module("oidcc-request-uri-signed-rs256")
async def test_oidcc_request_uri_signed_rs256(flow: Flow) -> None:
    """OIDC Core 6.2: registered with a fragment that says nothing of the content, and fetched without it."""
    path = f"/objects/{secrets.token_urlsafe(6)}"
    uri = f"{flow.suite.site.url(path)}#{secrets.token_urlsafe(8)}"
    assert flow.suite.metadata["request_uri_parameter_supported"] is True
    assert "RS256" in flow.suite.metadata["request_object_signing_alg_values_supported"]
    await flow.register(request_uris=[uri], request_object_signing_alg="RS256")
    inside = dict(flow.request())
    flow.suite.site.publish(path, jwt.encode({"alg": "RS256"}, claims_of(flow), client_key()), "application/jose")
    page = await flow.sign_in(await flow.visit(**outer(flow), request_uri=uri))
    assert flow.suite.site.at(flow.suite.site.url(path)), "the object was not fetched"
    flow.sent |= {name: inside[name] for name in ("state", "nonce")}
    await flow.finish(page)
