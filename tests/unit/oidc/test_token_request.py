"""The token request and its answer: RFC 6749 4.1.3, 4.4.2, 5.1, 6, RFC 8707; O-05, O-07, O-13, O-30."""

from dataclasses import replace

import pytest

from idp.oidc import errors
from idp.oidc.client import Client
from idp.oidc.errors import OAuthError
from idp.oidc.parameters import Parameters
from idp.oidc.token_request import ClientCredentials, CodeExchange, Refresh, token_request
from idp.oidc.token_response import token_response
from idp.values.secrets import Code, RefreshToken, Verifier
from tests.unit.oidc.samples import MACHINE, PUBLIC, VERIFIER, WEB, form


def refusal(client: Client = WEB, **members: str | None) -> OAuthError:
    """How the request is refused."""
    with pytest.raises(OAuthError) as caught:
        token_request(form(**members), client)
    return caught.value


def test_a_code_exchange_is_read() -> None:
    """RFC 6749 4.1.3, RFC 7636 4.5; an extra scope is tolerated (GitLab sends it)."""
    request = token_request(
        form(
            grant_type="authorization_code",
            code="c",
            redirect_uri="https://wiki.example.org/cb",
            code_verifier=VERIFIER,
            scope="openid",
            client_id="wiki",
        ),
        WEB,
    )
    assert request == CodeExchange(
        client=WEB, code=Code("c"), redirect_uri="https://wiki.example.org/cb", verifier=Verifier(VERIFIER)
    )


def test_redirect_uri_and_verifier_may_be_missing_here() -> None:
    """What the code was bound to decides, after it is burnt."""
    request = token_request(form(grant_type="authorization_code", code="c"), PUBLIC)
    assert request == CodeExchange(client=PUBLIC, code=Code("c"), redirect_uri=None, verifier=None)


def test_a_refresh_is_read() -> None:
    """RFC 6749 6."""
    request = token_request(form(grant_type="refresh_token", refresh_token="r", scope="openid"), WEB)
    assert request == Refresh(client=WEB, token=RefreshToken("r"), scopes=("openid",))
    request = token_request(form(grant_type="refresh_token", refresh_token="r"), WEB)
    assert request == Refresh(client=WEB, token=RefreshToken("r"), scopes=None)


def test_a_machine_gets_what_it_asks_and_may() -> None:
    """RFC 6749 4.4.2, O-13."""
    request = token_request(form(grant_type="client_credentials", scope="jobs.read openid x"), MACHINE)
    assert request == ClientCredentials(client=MACHINE, scopes=("jobs.read",))


def test_a_machine_that_asks_for_nothing_gets_its_own_scopes() -> None:
    """RFC 6749 3.3: a documented default, never a scope of a person."""
    assert token_request(form(grant_type="client_credentials"), MACHINE) == ClientCredentials(
        client=MACHINE, scopes=("jobs.read", "jobs.write")
    )
    both = replace(WEB, grant_types=WEB.grant_types | {"client_credentials"})
    assert token_request(form(grant_type="client_credentials"), both) == ClientCredentials(client=both, scopes=())


@pytest.mark.parametrize("scope", ["openid", "x", " "])
def test_a_machine_that_may_have_nothing_of_it_is_refused(scope: str) -> None:
    assert isinstance(refusal(MACHINE, grant_type="client_credentials", scope=scope), errors.InvalidScope)


@pytest.mark.parametrize(
    "grant_type", ["password", "implicit", "urn:ietf:params:oauth:grant-type:device_code", "Authorization_code"]
)
def test_other_grant_types_are_unsupported(grant_type: str) -> None:
    """RFC 9700 2.4: the password grant always."""
    refused = refusal(grant_type=grant_type, username="alice", password="x")
    assert isinstance(refused, errors.UnsupportedGrantType)


def test_the_grant_type_is_required() -> None:
    assert refusal(code="c").description == "grant_type is missing"


@pytest.mark.parametrize(
    ("client", "grant_type"),
    [(WEB, "client_credentials"), (MACHINE, "authorization_code"), (MACHINE, "refresh_token")],
)
def test_a_client_uses_only_its_own_grant_types(client: Client, grant_type: str) -> None:
    """RFC 6749 5.2: unauthorized_client."""
    refused = refusal(client, grant_type=grant_type, code="c", refresh_token="r")
    assert isinstance(refused, errors.UnauthorizedClient)


@pytest.mark.parametrize(
    ("grant_type", "missing"), [("authorization_code", "code"), ("refresh_token", "refresh_token")]
)
def test_what_is_exchanged_is_required(grant_type: str, missing: str) -> None:
    refused = refusal(grant_type=grant_type)
    assert (refused.code, refused.description) == ("invalid_request", f"{missing} is missing")


@pytest.mark.parametrize("name", ["grant_type", "code", "redirect_uri", "code_verifier", "scope", "unheard_of"])
def test_a_repeated_parameter_is_refused(name: str) -> None:
    """RFC 6749 3.2, O-05."""
    raw = f"grant_type=authorization_code&code=c&{name}=1&{name}=1"
    with pytest.raises(errors.InvalidRequest):
        token_request(Parameters.parse(raw.encode()), WEB)


def test_a_resource_must_be_an_audience_of_the_client() -> None:
    """RFC 8707 2, O-30."""
    api = "https://jobs.example.org"
    request = token_request(form(grant_type="client_credentials", resource=api), MACHINE)
    assert isinstance(request, ClientCredentials)
    refused = refusal(MACHINE, grant_type="client_credentials", resource="https://other.example")
    assert isinstance(refused, errors.InvalidTarget)
    refused = refusal(grant_type="refresh_token", refresh_token="r", resource=api)
    assert isinstance(refused, errors.InvalidTarget)


def test_a_malformed_scope_at_refresh_is_refused() -> None:
    assert isinstance(refusal(grant_type="refresh_token", refresh_token="r", scope='"'), errors.InvalidScope)


def test_secrets_of_a_request_do_not_print() -> None:
    """V16.2.5."""
    request = token_request(form(grant_type="authorization_code", code="hush", code_verifier=VERIFIER), WEB)
    assert "hush" not in repr(request)
    assert VERIFIER not in repr(request)


def test_the_answer_holds_what_was_issued() -> None:
    """RFC 6749 5.1, OIDC Core 3.1.3.3."""
    assert token_response("a.t", ("openid", "email"), id_token="i.t", refresh_token=RefreshToken("r")) == {
        "access_token": "a.t",
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": "openid email",
        "id_token": "i.t",
        "refresh_token": "r",
    }
    assert token_response("a.t", ()) == {"access_token": "a.t", "token_type": "Bearer", "expires_in": 600}
