"""Whatever JSON is sent to the registration endpoints: a client, or an error of RFC 7591 3.2.2; never a 500."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.drivers.registering import bearing, registering
from tests.drivers.world import World

CALLBACK = "https://app.example.org/callback"
ERRORS = {"invalid_redirect_uri", "invalid_client_metadata", "unapproved_software_statement"}
NAMES = [
    *("redirect_uris", "post_logout_redirect_uris", "grant_types", "response_types", "request_uris", "contacts"),
    *("client_name", "client_uri", "logo_uri", "policy_uri", "tos_uri", "jwks", "jwks_uri", "scope", "subject_type"),
    *("token_endpoint_auth_method", "application_type", "id_token_signed_response_alg", "software_statement"),
    *("default_max_age", "default_acr_values", "require_auth_time", "frontchannel_logout_uri", "software_id"),
    *("client_secret", "client_name#de", "registration_access_token", "x"),
]

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["none", "private_key_jwt", "client_secret_jwt", "RS256", "pairwise", "native", "implicit"])
    | st.sampled_from([CALLBACK, "org.example.app:/cb", "https://[", "http://127.0.0.1:99999/", "\u202e", "\x00"])
)
keys = st.dictionaries(st.sampled_from(["kty", "n", "e", "crv", "x", "y", "kid", "use", "alg", "x5c", "odd"]), scalars)
values = (
    scalars
    | st.lists(scalars, max_size=3)
    | st.dictionaries(st.text(max_size=5), scalars, max_size=2)
    | st.fixed_dictionaries({"keys": st.lists(keys, max_size=2)})
)
documents = st.dictionaries(st.sampled_from(NAMES), values, max_size=5)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=documents, good=st.booleans())
async def test_any_document_is_answered_by_the_rfc(world: World, document: dict[str, Any], good: bool) -> None:  # noqa: FBT001
    """POST, then PUT of the same where that made a client."""
    registrar = await registering(world.services, world.http)
    sent = json.dumps({**({"redirect_uris": [CALLBACK]} if good else {}), **document}).encode()
    headers = {"Content-Type": "application/json"}
    made = await world.http.post(registrar.endpoint, content=sent, headers={**headers, **bearing(registrar.token)})
    assert made.status_code in {201, 400}, made.text
    if made.status_code == 400:
        assert made.json()["error"] in ERRORS
        return
    told = made.json()
    assert (await registrar.read(told)).status_code == 200
    again = json.dumps({**json.loads(sent), "client_id": told["client_id"]}).encode()
    headers |= bearing(told["registration_access_token"])
    put = await world.http.put(told["registration_client_uri"], content=again, headers=headers)
    assert put.status_code in {200, 400}, put.text
    assert (await registrar.delete(told)).status_code == 204


async def test_keys_nested_deeply_are_refused(world: World) -> None:
    """RFC 7591 3.2.2: neither JSON nor storage is asked how deep it can go."""
    registrar = await registering(world.services, world.http)
    for depth in (1, 300, 920):
        deep = '{"kty": "new", "x": ' + "[" * (depth + 1) + "]" * (depth + 1) + "}"
        sent = f'{{"redirect_uris": ["{CALLBACK}"], "jwks": {{"keys": [{deep}]}}}}'
        headers = {"Content-Type": "application/json", **bearing(registrar.token)}
        answer = await world.http.post(registrar.endpoint, content=sent, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
