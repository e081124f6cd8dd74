"""RP-Initiated Logout 1.0; OpenID conformance; O-57, O-58."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from idp.oidc.client import Client
from idp.oidc.errors import InvalidRequest
from idp.oidc.id_token_hint import VerifiedHint
from idp.oidc.logout import Confirm, LogoutRequest, SignOut, decide
from idp.oidc.metadata import provider_metadata
from idp.oidc.parameters import Parameters
from idp.values.ids import ClientId
from tests.unit.oidc.samples import AUTHENTICATION, ISSUER, WEB, form

BYE = "https://wiki.example.org/bye"
SID = "5f0c"
HINT = VerifiedHint(client_id=WEB.client_id, sub=AUTHENTICATION.sub, sid=SID)


def asked(**members: str | None) -> LogoutRequest:
    """A logout request with these parameters."""
    return LogoutRequest.parse(form(**members))


def outcome(
    request: LogoutRequest, hint: VerifiedHint | None, session_sid: str | None = SID, client: Client = WEB
) -> Confirm | SignOut:
    """The decision, with the client that the request names loaded."""
    named = request.client_named(hint)
    return decide(request, hint, client if named == client.client_id else None, session_sid)


def test_the_parameters_are_read() -> None:
    request = asked(
        id_token_hint="a.b.c",
        client_id="wiki",
        post_logout_redirect_uri=BYE,
        state="s",
        ui_locales="de en",
        logout_hint="x",
    )
    assert request == LogoutRequest(
        id_token_hint="a.b.c",
        client_id=WEB.client_id,
        post_logout_redirect_uri=BYE,
        state="s",
    )
    assert asked() == LogoutRequest(id_token_hint=None, client_id=None, post_logout_redirect_uri=None, state=None)


def test_both_channels_are_advertised_with_sid() -> None:
    """Back-Channel Logout 2.1, Front-Channel Logout 3; OpenID conformance."""
    document = provider_metadata(ISSUER, acr_values=("1fa",))
    assert document["end_session_endpoint"] == "https://id.example.org/logout"
    for channel in ("backchannel", "frontchannel"):
        assert document[f"{channel}_logout_supported"] is True
        assert document[f"{channel}_logout_session_supported"] is True


def test_a_repeated_parameter_is_refused() -> None:
    """O-05."""
    with pytest.raises(InvalidRequest):
        LogoutRequest.parse(Parameters.parse(b"state=a&state=b"))


def test_the_client_is_the_hints_or_the_named_one() -> None:
    """RP-Initiated Logout 2: where both are there they must agree."""
    assert asked().client_named(None) is None
    assert asked(client_id="spa").client_named(None) == "spa"
    assert asked().client_named(HINT) == "wiki"
    assert asked(client_id="wiki").client_named(HINT) == "wiki"
    assert asked(client_id="spa").client_named(HINT) is None


def test_a_hint_for_this_session_signs_out_and_returns() -> None:
    """oidcc-rp-initiated-logout: state comes back, and nothing else."""
    request = asked(id_token_hint="h", post_logout_redirect_uri=BYE, state="s&#%'\"<")
    done = outcome(request, HINT)
    assert isinstance(done, SignOut)
    assert parse_qsl(urlsplit(str(done.redirect)).query) == [("state", "s&#%'\"<")]
    without_state = outcome(replace(request, state=None), HINT)
    assert without_state == SignOut(redirect=BYE)


def test_a_hint_alone_signs_out_and_stays() -> None:
    """oidcc-rp-initiated-logout-no-post-logout-redirect-uri."""
    assert outcome(asked(id_token_hint="h"), HINT) == SignOut(redirect=None)


@pytest.mark.parametrize("members", [{}, {"state": "s"}, {"post_logout_redirect_uri": BYE}])
def test_without_a_hint_the_person_is_asked(members: dict[str, str | None]) -> None:
    """O-57: -no-params, -only-state, -no-id-token-hint."""
    assert outcome(asked(**members), None) == Confirm(redirect=None)


def test_a_named_client_and_a_registered_uri_return_after_the_question() -> None:
    """O-58: the list of the client in client_id; the confirmation vouches for it (RP-Initiated Logout 3)."""
    assert outcome(asked(client_id="wiki", post_logout_redirect_uri=BYE), None) == Confirm(redirect=BYE)


def test_a_hint_of_another_session_asks_and_may_return() -> None:
    """O-57: valid, but not for this session."""
    request = asked(id_token_hint="h", post_logout_redirect_uri=BYE)
    assert outcome(request, HINT, session_sid="other") == Confirm(redirect=BYE)
    assert outcome(request, replace(HINT, sid=None)) == Confirm(redirect=BYE)


@pytest.mark.parametrize("uri", [BYE + "/", BYE + "?x=1", "https://wiki.example.org/cb", "https://evil.example/"])
def test_an_unregistered_uri_is_never_followed(uri: str) -> None:
    """O-58: -bad-post-logout-redirect-uri, -query-added-to-post-logout-redirect-uri."""
    request = asked(id_token_hint="h", post_logout_redirect_uri=uri)
    assert outcome(request, HINT) == Confirm(redirect=None)
    assert outcome(request, HINT, session_sid=None) == SignOut(redirect=None)


def test_a_hint_and_a_client_id_that_disagree_lead_nowhere() -> None:
    """O-58."""
    request = asked(id_token_hint="h", client_id="spa", post_logout_redirect_uri=BYE)
    assert outcome(request, HINT) == Confirm(redirect=None)


def test_a_forged_hint_leads_nowhere_even_with_a_client_id() -> None:
    """-modified-id-token-hint, -bad-id-token-hint."""
    request = asked(id_token_hint="forged", client_id="wiki", post_logout_redirect_uri=BYE)
    assert outcome(request, None) == Confirm(redirect=None)


def test_a_disabled_client_is_not_returned_to() -> None:
    request = asked(id_token_hint="h", post_logout_redirect_uri=BYE)
    assert outcome(request, HINT, client=replace(WEB, active=False)) == Confirm(redirect=None)


def test_a_client_that_is_gone_is_asked_about() -> None:
    gone = replace(HINT, client_id=ClientId("gone"))
    assert outcome(asked(id_token_hint="h"), gone) == Confirm(redirect=None)


def test_without_a_session_there_is_nothing_to_ask() -> None:
    """Signing out twice ends well; without a hint nobody is sent on."""
    request = asked(id_token_hint="h", client_id="wiki", post_logout_redirect_uri=BYE)
    assert outcome(request, HINT, session_sid=None) == SignOut(redirect=BYE)
    assert outcome(replace(request, id_token_hint=None), None, session_sid=None) == SignOut(redirect=None)
