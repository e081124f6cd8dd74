"""Client authentication: RFC 6749 2.3 and 5.2, RFC 7617; O-22, O-23."""

import base64
from dataclasses import replace
from hashlib import sha256
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.client import AuthMethod, Client
from idp.oidc.client_assertion import JWT_BEARER
from idp.oidc.client_authentication import Asserted, Credentials, authenticated, new_secret, presented, secret_digest
from idp.oidc.errors import InvalidClient, InvalidRequest
from idp.oidc.parameters import Parameters
from idp.values.ids import ClientId
from idp.values.secrets import ClientAssertion, ClientSecret, Digest
from tests.unit.oidc.samples import MACHINE, PUBLIC, SECRET, WEB, form

NOTHING = Parameters(pairs=())
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


def basic(pair: str) -> str:
    """A Basic header over that text."""
    return "Basic " + base64.b64encode(pair.encode()).decode()


def credentials(client: Client, secret: str | None, method: AuthMethod | None = None) -> Credentials:
    """What the client presents, by its registered method or another."""
    secret_of_client = None if secret is None else ClientSecret(secret)
    return Credentials(client_id=client.client_id, method=method or client.auth_method, secret=secret_of_client)


def refusal(header: str | None, body: Parameters) -> InvalidClient:
    """Why these credentials cannot even be read."""
    with pytest.raises(InvalidClient) as caught:
        presented(() if header is None else (header,), body)
    return caught.value


@given(TEXTS, TEXTS)
def test_id_and_secret_in_the_header_are_form_encoded(client_id: str, secret: str) -> None:
    """RFC 6749 2.3.1, OpenID conformance."""
    read = presented((basic(f"{quote_plus(client_id)}:{quote_plus(secret)}"),), NOTHING)
    assert read == Credentials(
        client_id=ClientId(client_id), method=AuthMethod.CLIENT_SECRET_BASIC, secret=ClientSecret(secret)
    )


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_the_scheme_is_case_insensitive(scheme: str) -> None:
    """RFC 7617 2."""
    assert presented((basic("wiki:s").replace("Basic", scheme),), NOTHING) == credentials(WEB, "s")


def test_a_repeated_client_id_in_the_body_may_agree_with_the_header() -> None:
    assert presented((basic("wiki:s"),), form(client_id="wiki")) == credentials(WEB, "s")


def test_two_headers_are_two_methods() -> None:
    """RFC 6749 2.3: even where both say the same."""
    with pytest.raises(InvalidClient) as caught:
        presented((basic("wiki:s"), basic("wiki:s")), NOTHING)
    assert caught.value.detail == "two Authorization headers"


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        ("Bearer abc", "not Basic"),
        ("Basic", "no colon"),
        ("", "not Basic"),
        ("Basic !!!", "malformed"),
        ("Basic d2lraQ", "malformed"),
        ("Basic ünïcode", "malformed"),
        ("Basic " + base64.b64encode(b"wiki:\xff%ff").decode(), "malformed"),
        ("Basic " + base64.b64encode(b"wiki:%zz").decode(), "malformed"),
        ("Basic " + base64.b64encode(b"wiki:\0").decode(), "malformed"),
        ("Basic " + base64.b64encode(b"wiki").decode(), "no colon"),
    ],
)
def test_a_malformed_header_is_invalid_client_with_a_challenge(header: str, detail: str) -> None:
    """RFC 6749 5.2."""
    refused = refusal(header, NOTHING)
    assert detail in str(refused.detail)
    assert (refused.status, refused.challenge is not None) == (401, True)


def test_two_methods_at_once_are_refused() -> None:
    """RFC 6749 2.3."""
    assert refusal(basic("wiki:s"), form(client_secret="s")).challenge is not None
    assert refusal(basic("wiki:s"), form(client_id="spa")).challenge is not None


def test_an_assertion_and_another_method_are_two() -> None:
    """RFC 6749 2.3: even where the assertion is no good."""
    one = form(client_assertion="a.b.c", client_assertion_type=JWT_BEARER)
    assert refusal(basic("wiki:s"), one).challenge is not None
    for name in ("client_assertion", "client_assertion_type"):
        refused = refusal(None, form(client_id="wiki", client_secret="s", **{name: "x"}))
        assert refused.detail == "two authentication methods at once"
        assert refused.challenge is None


def test_an_assertion_names_the_client_itself() -> None:
    """RFC 7521 4.2."""
    one = form(client_assertion="a.b.c", client_assertion_type=JWT_BEARER)
    assert presented((), one) == Asserted(assertion=ClientAssertion("a.b.c"), client_id=None)
    beside = presented((), Parameters(pairs=(*one.pairs, ("client_id", "wiki"))))
    assert beside == Asserted(assertion=ClientAssertion("a.b.c"), client_id="wiki")
    assert "a.b.c" not in repr(beside)


@pytest.mark.parametrize(
    "half",
    [
        {"client_assertion": "a.b.c"},
        {"client_assertion_type": JWT_BEARER},
        {
            "client_assertion": "a.b.c",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
        },
        {"client_assertion": "a.b.c", "client_assertion_type": JWT_BEARER.upper()},
    ],
)
def test_half_an_assertion_or_one_of_another_type_is_refused(half: dict[str, str]) -> None:
    """RFC 7523 2.2; it is never taken for a request without authentication."""
    assert refusal(None, form(client_id="spa", **half)).detail == "no assertion of a known type"


def test_secret_in_the_body_and_no_secret_at_all() -> None:
    """RFC 6749 2.3.1, RFC 7591 2."""
    assert presented((), form(client_id="wiki", client_secret="s")) == credentials(
        WEB, "s", AuthMethod.CLIENT_SECRET_POST
    )
    assert presented((), form(client_id="spa")) == credentials(PUBLIC, None)
    assert presented((), form(client_id="spa", client_secret="")) == credentials(PUBLIC, None)


def test_a_client_must_name_itself() -> None:
    refused = refusal(None, form(client_secret="s"))
    assert (refused.status, refused.challenge) == (401, None)


@pytest.mark.parametrize("raw", [b"client_id=a&client_id=a", b"client_id=a&client_secret=s&client_secret=s"])
def test_repeated_credentials_are_an_invalid_request(raw: bytes) -> None:
    """RFC 6749 3.2."""
    with pytest.raises(InvalidRequest):
        presented((), Parameters.parse(raw))


def test_the_right_secret_by_the_registered_method_proves_the_client() -> None:
    assert authenticated(WEB, credentials(WEB, SECRET.expose())) is WEB
    assert authenticated(MACHINE, credentials(MACHINE, SECRET.expose())) is MACHINE
    assert authenticated(PUBLIC, credentials(PUBLIC, None)) is PUBLIC


def test_both_live_secrets_work_during_a_rotation() -> None:
    rotating = replace(WEB, secrets=(secret_digest(ClientSecret("new")), secret_digest(SECRET)))
    assert authenticated(rotating, credentials(WEB, "new")) is rotating
    assert authenticated(rotating, credentials(WEB, SECRET.expose())) is rotating


NO_SECRETS = replace(WEB, secrets=())
EMPTY_SECRET = replace(WEB, secrets=(secret_digest(ClientSecret("")),))
DISABLED = replace(WEB, active=False)


@pytest.mark.parametrize(
    ("client", "offered", "detail"),
    [
        (None, credentials(WEB, SECRET.expose()), "unknown client"),
        (PUBLIC, credentials(WEB, SECRET.expose()), "unknown client"),
        (WEB, credentials(WEB, "wrong"), "wrong secret"),
        (WEB, credentials(WEB, ""), "wrong secret"),
        (EMPTY_SECRET, credentials(WEB, ""), "wrong secret"),
        (NO_SECRETS, credentials(WEB, ""), "wrong secret"),
        (NO_SECRETS, credentials(WEB, "\0" * 32), "wrong secret"),
        (WEB, credentials(WEB, SECRET.expose(), AuthMethod.CLIENT_SECRET_POST), "not registered"),
        (WEB, credentials(WEB, None, AuthMethod.NONE), "not registered"),
        (PUBLIC, credentials(PUBLIC, "", AuthMethod.CLIENT_SECRET_BASIC), "not registered"),
        (PUBLIC, credentials(PUBLIC, "x", AuthMethod.CLIENT_SECRET_POST), "not registered"),
        (DISABLED, credentials(WEB, SECRET.expose()), "disabled"),
        (replace(PUBLIC, active=False), credentials(PUBLIC, None), "disabled"),
    ],
)
def test_every_failure_reads_the_same(client: Client | None, offered: Credentials, detail: str) -> None:
    """RFC 6749 5.2: the detail is for the security event alone."""
    with pytest.raises(InvalidClient) as caught:
        authenticated(client, offered)
    assert caught.value.body() == {"error": "invalid_client", "error_description": "client authentication failed"}
    assert detail in str(caught.value.detail)
    assert (caught.value.challenge is not None) == (offered.method is AuthMethod.CLIENT_SECRET_BASIC)


def test_a_new_secret_is_256_bits_in_unreserved_characters() -> None:
    """Clients that forget to escape it work too."""
    secret = new_secret(lambda octets: bytes(range(octets)))
    assert secret.expose() == "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    assert secret_digest(secret) == Digest(sha256(secret.expose().encode()).digest())
