"""The Authorization Request: RFC 6749 4.1.1, OIDC Core 3.1.2.1; O-02, O-05, O-07, O-13, O-15, O-31, A-13, A-15."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc import errors
from idp.oidc.authorization_redirect import client_id_of, redirect_of
from idp.oidc.authorization_request import LIMITS, LONGEST_MAX_AGE, AuthorizationRequest, Prompt
from idp.oidc.claims_request import ClaimsRequest
from idp.oidc.client import Client
from idp.oidc.client_metadata import ClientMetadata
from idp.oidc.errors import OAuthError
from idp.oidc.parameters import Parameters
from idp.oidc.pkce import Challenge
from idp.oidc.response_type import ResponseType
from idp.oidc.trusted_redirect import Untrusted, UntrustedRedirect
from tests.unit.oidc.samples import CHALLENGE, NATIVE, PUBLIC, WEB, authorization, form


def parse(client: Client = WEB, **members: str | None) -> AuthorizationRequest:
    """A good request with these members changed."""
    return AuthorizationRequest.parse(authorization(**members), client)


def refusal(client: Client = WEB, **members: str | None) -> OAuthError:
    """How a good request with these members changed is refused."""
    with pytest.raises(OAuthError) as caught:
        parse(client, **members)
    return caught.value


def untrusted(raw: bytes) -> Untrusted:
    """Why the response to these parameters has nowhere to go."""
    parameters = Parameters.parse(raw)
    try:
        client_id_of(parameters)
        redirect_of(parameters, WEB)
    except UntrustedRedirect as untrusted_redirect:
        return untrusted_redirect.reason
    pytest.fail("the redirect was trusted")


CALLBACK = b"redirect_uri=https://wiki.example.org/cb"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (CALLBACK, Untrusted.CLIENT_MISSING),
        (CALLBACK + b"&client_id=", Untrusted.CLIENT_MISSING),
        (CALLBACK + b"&client_id=wiki&client_id=wiki", Untrusted.CLIENT_REPEATED),
        (b"client_id=wiki&scope=openid", Untrusted.REDIRECT_MISSING),
        (b"client_id=wiki&scope=email+openid&redirect_uri=", Untrusted.REDIRECT_MISSING),
        (b"client_id=wiki&scope=email&scope=openid", Untrusted.REDIRECT_MISSING),
        (b"client_id=wiki&" + CALLBACK + b"&" + CALLBACK, Untrusted.REDIRECT_REPEATED),
        (b"client_id=wiki&" + CALLBACK + b"/", Untrusted.REDIRECT_UNREGISTERED),
        (b"client_id=wiki&response_type=x&scope=%20&" + CALLBACK + b"/", Untrusted.REDIRECT_UNREGISTERED),
    ],
)
def test_without_a_trusted_redirect_there_is_a_page_whatever_else_is_wrong(raw: bytes, reason: Untrusted) -> None:
    """RFC 6749 4.1.2.1."""
    assert untrusted(raw) is reason


def test_an_error_keeps_its_redirect_though_another_parameter_is_repeated() -> None:
    """RFC 6749 4.1.2.1; of two states neither is sent back."""
    once = Parameters.parse(b"client_id=wiki&nonce=a&nonce=b&state=x&" + CALLBACK)
    assert redirect_of(once, WEB).state == "x"
    twice = Parameters.parse(b"client_id=wiki&state=x&state=y&scope=openid&response_type=code&" + CALLBACK)
    assert redirect_of(twice, WEB).state is None
    with pytest.raises(errors.InvalidRequest, match="repeated"):
        AuthorizationRequest.parse(twice, WEB)


def test_parsing_trusts_no_redirect_by_itself() -> None:
    with pytest.raises(UntrustedRedirect):
        parse(redirect_uri="https://evil.example/")


def test_a_full_request_is_read_whole() -> None:
    request = parse(
        scope="openid email openid",
        code_challenge=CHALLENGE,
        code_challenge_method="S256",
        prompt="login consent",
        max_age="60",
        login_hint="alice",
        id_token_hint="a.b.c",
        acr_values="phr 2fa phr",
        ui_locales="de-AT de",
        display="popup",
        response_mode="query",
        claims='{"userinfo":{"name":{"essential":true}}}',
        unheard_of="x",
    )
    assert request == AuthorizationRequest(
        client_id=WEB.client_id,
        redirect_uri="https://wiki.example.org/cb",
        redirect_uri_given=True,
        scopes=("openid", "email"),
        state="af0ifjsldkj",
        nonce="n-0S6_WzA2Mj",
        challenge=Challenge(CHALLENGE),
        prompts=frozenset({Prompt.LOGIN, Prompt.CONSENT}),
        max_age=60,
        login_hint="alice",
        id_token_hint="a.b.c",
        acr_values=("phr", "2fa"),
        claims=ClaimsRequest(userinfo=("name",)),
        ui_locales="de-AT de",
    )
    assert not request.silent


def test_state_and_nonce_may_be_missing() -> None:
    """OpenID conformance: the code flow gives a code without nonce."""
    request = parse(state=None, nonce=None)
    assert (request.state, request.nonce) == (None, None)


def test_plain_oauth_may_leave_out_the_redirect_uri() -> None:
    """RFC 6749 3.1.2.3; the token request must then not need it (4.1.3)."""
    request = parse(scope="email", redirect_uri=None)
    assert request.redirect_uri == "https://wiki.example.org/cb"
    assert not request.redirect_uri_given


def test_a_native_client_keeps_the_port_it_presented() -> None:
    request = parse(
        NATIVE,
        client_id="cli",
        redirect_uri="http://127.0.0.1:5151/cb",
        code_challenge=CHALLENGE,
        code_challenge_method="S256",
    )
    assert request.redirect_uri == "http://127.0.0.1:5151/cb"


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("request", errors.RequestNotSupported),
        ("request_uri", errors.RequestUriNotSupported),
        ("registration", errors.RegistrationNotSupported),
    ],
)
def test_what_is_not_supported_is_refused_not_ignored(name: str, refused: type[OAuthError]) -> None:
    """OIDC Core 6.1, 6.2, 7.2.1; before anything else of the request is judged."""
    assert isinstance(refusal(WEB, response_type=None, **{name: "x"}), refused)


def test_the_response_type_is_required() -> None:
    """RFC 6749 3.1.1."""
    assert isinstance(refusal(response_type=None), errors.InvalidRequest)


@pytest.mark.parametrize("response_type", ["token", "id_token", "code id_token", "id_token token", "none", "CODE"])
def test_no_response_type_but_code_works_by_itself(response_type: str) -> None:
    """RFC 9700 2.1.2: nothing works that is not advertised."""
    assert isinstance(refusal(response_type=response_type), errors.UnsupportedResponseType)


def test_a_client_without_the_grant_type_gets_no_code() -> None:
    """RFC 6749 4.1.2.1."""
    client = replace(WEB, grant_types=frozenset({"client_credentials"}))
    assert isinstance(refusal(client), errors.UnauthorizedClient)


@pytest.mark.parametrize("response_mode", ["query.jwt", "jwt", "web_message", "x", "Query"])
def test_no_other_response_mode_works(response_mode: str) -> None:
    """O-12: an unregistered response_mode is invalid_request."""
    assert isinstance(refusal(response_mode=response_mode), errors.InvalidRequest)


@pytest.mark.parametrize("response_mode", ["query", "fragment", "form_post"])
def test_a_code_comes_by_any_way(response_mode: str) -> None:
    assert parse(response_mode=response_mode).response_mode == response_mode


def test_a_code_comes_in_the_query_unless_asked_otherwise() -> None:
    """Multiple Response Types 3: the default of `code`."""
    assert parse().response_mode == "query"


LEGACY = [each for each in ResponseType if each.front_channel]
OLD_APP = replace(
    WEB,
    require_pkce=True,
    grant_types=frozenset({"authorization_code", "implicit", "refresh_token"}),
    scopes=WEB.scopes | {"offline_access"},
    metadata=ClientMetadata(response_types=tuple(ResponseType)),
)


def legacy(client: Client = OLD_APP, **members: str | None) -> AuthorizationRequest:
    """The same where the server allows what it advises against."""
    challenge = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    return AuthorizationRequest.parse(authorization(**{**challenge, **members}), client, legacy=True)


def legacy_refusal(client: Client = OLD_APP, **members: str | None) -> OAuthError:
    """How it is refused even there."""
    with pytest.raises(OAuthError) as caught:
        legacy(client, **members)
    return caught.value


@pytest.mark.parametrize("response_type", LEGACY)
def test_tokens_through_the_browser_need_the_servers_word_and_the_clients(response_type: ResponseType) -> None:
    """O-07, RFC 9700 2.1.2; RFC 6749 4.1.2.1: which error says which."""
    request = legacy(response_type=response_type)
    assert (request.response_type, request.response_mode) == (response_type, "fragment")
    members = {"code_challenge": CHALLENGE, "code_challenge_method": "S256", "response_type": response_type.value}
    assert isinstance(refusal(OLD_APP, **members), errors.UnsupportedResponseType)
    others = tuple(each for each in ResponseType if each is not response_type)
    unregistered = replace(OLD_APP, metadata=ClientMetadata(response_types=others))
    assert isinstance(legacy_refusal(unregistered, response_type=response_type), errors.UnauthorizedClient)


@pytest.mark.parametrize("response_type", ResponseType)
def test_each_response_type_needs_its_grant_types(response_type: ResponseType) -> None:
    """OIDC Registration 2."""
    for missing in response_type.grant_types:
        client = replace(OLD_APP, grant_types=OLD_APP.grant_types - {missing})
        assert isinstance(legacy_refusal(client, response_type=response_type), errors.UnauthorizedClient)


def test_a_client_registered_for_tokens_alone_gets_no_code() -> None:
    client = replace(OLD_APP, metadata=ClientMetadata(response_types=("id_token",)))
    assert isinstance(legacy_refusal(client, response_type="code"), errors.UnauthorizedClient)


@pytest.mark.parametrize("response_type", LEGACY)
def test_a_token_in_the_query_is_refused(response_type: ResponseType) -> None:
    """Multiple Response Types 3, 5; and the refusal comes by the fragment."""
    assert isinstance(legacy_refusal(response_type=response_type, response_mode="query"), errors.InvalidRequest)
    sent = authorization(response_type=response_type, response_mode="query")
    assert redirect_of(sent, OLD_APP).mode == "fragment"


@pytest.mark.parametrize("response_type", ResponseType)
def test_a_nonce_is_needed_where_an_id_token_comes_through_the_browser(response_type: ResponseType) -> None:
    """OIDC Core 3.2.2.1, 3.3.2.11; OpenID conformance, oidcc-ensure-request-without-nonce-fails."""
    if response_type.brings_id_token:
        refused = legacy_refusal(response_type=response_type, nonce=None)
        assert (refused.code, refused.description) == ("invalid_request", "nonce is missing")
    else:
        assert legacy(response_type=response_type, nonce=None).nonce is None


@pytest.mark.parametrize("response_type", ResponseType)
def test_a_challenge_is_needed_where_a_code_comes(response_type: ResponseType) -> None:
    """RFC 7636 4.4.1; without a code there is nothing to prove later."""
    bare: dict[str, str | None] = {"code_challenge": None, "code_challenge_method": None}
    if response_type.brings_code:
        refused = legacy_refusal(OLD_APP, response_type=response_type, **bare)
        assert refused.description == "code_challenge is missing"
    else:
        assert legacy(OLD_APP, response_type=response_type, **bare).challenge is None


@pytest.mark.parametrize("response_type", ResponseType)
def test_offline_access_needs_a_code(response_type: ResponseType) -> None:
    """OIDC Core 11."""
    request = legacy(response_type=response_type, scope="openid offline_access")
    assert ("offline_access" in request.scopes) is response_type.brings_code


@pytest.mark.parametrize("response_type", LEGACY)
def test_an_id_token_needs_the_scope_openid(response_type: ResponseType) -> None:
    """OIDC Core 3.1.2.1."""
    if response_type.brings_id_token:
        assert isinstance(legacy_refusal(response_type=response_type, scope="email"), errors.InvalidScope)
    else:
        assert legacy(response_type=response_type, scope="email").scopes == ("email",)


def test_an_app_behind_a_private_scheme_is_handed_no_form() -> None:
    uri = "com.example.app:/cb"
    client = replace(NATIVE, redirect_uris=(uri,))
    sent = {"client_id": "cli", "redirect_uri": uri, "response_mode": "form_post"}
    assert isinstance(refusal(client, **sent), errors.InvalidRequest)
    assert redirect_of(authorization(**sent), client).mode == "query"


@pytest.mark.parametrize("state", ["a\nb", "a\rb", "a\r\nb"])
def test_a_state_that_no_form_brings_back_unchanged_is_refused_there(state: str) -> None:
    """RFC 6749 4.1.2, A.5: the exact value received, or an error; an address brings it back as it is."""
    assert isinstance(refusal(response_mode="form_post", state=state), errors.InvalidRequest)
    assert parse(state=state).state == state
    assert parse(response_mode="form_post", state="tab\t <b> \u00fc").state == "tab\t <b> \u00fc"


def test_the_answer_goes_where_the_client_is_registered_for_it() -> None:
    request = parse(response_mode="form_post")
    redirect = request.redirect(WEB)
    assert (redirect.uri, redirect.state, redirect.mode) == (request.redirect_uri, request.state, "form_post")
    with pytest.raises(UntrustedRedirect):
        request.redirect(replace(WEB, redirect_uris=("https://wiki.example.org/new",)))


def test_the_clients_defaults_stand_in_for_what_is_not_sent() -> None:
    """OIDC Registration 2: default_max_age, default_acr_values."""
    client = replace(WEB, metadata=ClientMetadata(default_max_age=300, default_acr_values=("2fa", "1fa")))
    request = parse(client)
    assert (request.max_age, request.acr_values) == (300, ("2fa", "1fa"))
    request = parse(client, max_age="0", acr_values="phr")
    assert (request.max_age, request.acr_values) == (0, ("phr",))
    requested = '{"id_token":{"acr":{"value":"1fa"}}}'
    assert parse(client, claims=requested).acr_values == ()
    assert parse(client, claims='{"id_token":{"acr":null}}').acr_values == ("2fa", "1fa")
    endless = replace(WEB, metadata=ClientMetadata(default_max_age=10**15))
    assert parse(endless).max_age == LONGEST_MAX_AGE


@pytest.mark.parametrize(
    ("acr", "asked", "compared"),
    [
        ("null", ((), ("2fa",)), ("2fa",)),
        ('{"essential":true}', ((), ("2fa",)), ("2fa",)),
        ('{"values":["1fa","gold"]}', (("1fa", "gold"), ("2fa",)), ("1fa", "gold", "2fa")),
        ('{"essential":true,"value":"1fa"}', (("1fa",), ("2fa",)), ("1fa",)),
    ],
)
def test_a_requested_acr_stands_beside_acr_values(
    acr: str, asked: tuple[tuple[str, ...], ...], compared: tuple[str, ...]
) -> None:
    """OIDC Core 5.5.1.1: both ask; the token's acr is one of an essential claim's own values."""
    request = parse(acr_values="2fa", claims=f'{{"id_token":{{"acr":{acr}}}}}')
    assert (request.acr_asked, request.acr_compared) == (asked, compared)
    assert parse(acr_values="2fa").acr_compared == ("2fa",)


@pytest.mark.parametrize("display", ["page", "popup", "touch", "wap", "hologram"])
def test_display_and_locales_are_no_errors(display: str) -> None:
    """OIDC Core 3.1.2.1; OpenID conformance, oidcc-display-page, oidcc-ui-locales, oidcc-claims-locales."""
    assert parse(display=display, ui_locales="se", claims_locales="se de") == replace(parse(), ui_locales="se")


@pytest.mark.parametrize("name", sorted(LIMITS))
def test_what_is_too_long_is_refused_never_cut(name: str) -> None:
    """OpenID conformance, ensure-authorization-request-with-long-nonce and -long-state."""
    assert refusal(WEB, **{name: "a" * (LIMITS[name] + 1)}).description == f"{name} is too long"


def test_a_long_state_and_nonce_are_kept_whole() -> None:
    request = parse(state="s" * 4096, nonce="n" * 1024)
    assert (len(request.state or ""), len(request.nonce or "")) == (4096, 1024)


@pytest.mark.parametrize("scope", [None, "", " ", "unknown", "address phone"])
def test_without_any_scope_for_this_client_the_request_fails(scope: str | None) -> None:
    """RFC 6749 3.3."""
    assert isinstance(refusal(scope=scope), errors.InvalidScope)


def test_a_malformed_scope_is_refused() -> None:
    """RFC 6749 3.3."""
    assert isinstance(refusal(scope='openid "x"'), errors.InvalidScope)


def test_unknown_and_unallowed_scopes_are_dropped() -> None:
    """RFC 6749 3.3, O-13; the order is the client's."""
    assert parse(scope="x email phone openid").scopes == ("email", "openid")


def test_offline_access_is_dropped_where_no_refresh_token_can_come() -> None:
    """OIDC Core 11."""
    client = replace(WEB, grant_types=frozenset({"authorization_code"}))
    assert parse(client, scope="openid offline_access").scopes == ("openid",)
    assert parse(scope="openid offline_access").scopes == ("openid", "offline_access")


@pytest.mark.parametrize("client", [PUBLIC, replace(WEB, require_pkce=True)])
def test_the_challenge_is_required_of_public_clients_and_by_the_switch(client: Client) -> None:
    """RFC 7636 4.4.1, RFC 9700 2.1.1."""
    uri = client.redirect_uris[0]
    assert refusal(client, client_id=client.client_id, redirect_uri=uri).description == "code_challenge is missing"


@pytest.mark.parametrize("method", [None, "plain"])
def test_a_challenge_must_be_s256_even_where_none_is_required(method: str | None) -> None:
    assert isinstance(
        refusal(code_challenge=CHALLENGE, code_challenge_method=method),
        errors.InvalidRequest,
    )


def test_prompt_none_is_silent_and_stands_alone() -> None:
    """OIDC Core 3.1.2.1."""
    assert parse(prompt="none").silent
    assert parse(prompt=" none ").silent
    assert isinstance(refusal(prompt="none login"), errors.InvalidRequest)
    assert isinstance(refusal(prompt="consent none"), errors.InvalidRequest)


@pytest.mark.parametrize("prompt", ["create", "Login", "login,consent"])
def test_an_unknown_prompt_is_refused(prompt: str) -> None:
    assert isinstance(refusal(prompt=prompt), errors.InvalidRequest)


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("10000", 10000), ("007", 7), ("9" * 18, LONGEST_MAX_AGE), (None, None)]
)
def test_max_age_is_a_whole_number_of_seconds(text: str | None, seconds: int | None) -> None:
    """OIDC Core 3.1.2.1."""
    assert parse(max_age=text).max_age == seconds


@pytest.mark.parametrize("text", ["-1", "1.5", "x", "1e3", "+5", " 5", "٣", "²", "9" * 19])
def test_any_other_max_age_is_refused(text: str) -> None:
    """A-13."""
    assert isinstance(refusal(max_age=text), errors.InvalidRequest)


WORDS = st.text(st.characters(exclude_characters="\0 ", exclude_categories=["Cs"]), min_size=1, max_size=20)
MAYBE = st.none() | WORDS
REQUESTS = st.builds(
    AuthorizationRequest,
    client_id=WORDS,
    redirect_uri=WORDS,
    redirect_uri_given=st.booleans(),
    scopes=st.lists(WORDS).map(tuple),
    state=MAYBE,
    nonce=MAYBE,
    challenge=st.none() | st.just(Challenge(CHALLENGE)),
    prompts=st.frozensets(st.sampled_from(Prompt)),
    max_age=st.none() | st.integers(0, LONGEST_MAX_AGE),
    login_hint=MAYBE,
    id_token_hint=MAYBE,
    acr_values=st.lists(WORDS).map(tuple),
)


@given(REQUESTS)
def test_a_snapshot_gives_back_the_request(request: AuthorizationRequest) -> None:
    """The Interaction is the only memory: what was asked must survive it byte for byte."""
    kept = json.loads(json.dumps(request.stored()))
    assert AuthorizationRequest.restored(kept) == request


def test_snapshots_of_another_version_are_read() -> None:
    """Upgrades: two versions of the server read the same rows."""
    members = parse().stored()
    del members["acr_values"], members["response_mode"]
    assert AuthorizationRequest.restored(members | {"resource": ["x"]}) == parse()


@pytest.mark.parametrize("members", [{}, {"client_id": 1}])
def test_a_mapping_that_is_no_snapshot_is_a_value_error(members: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        AuthorizationRequest.restored(members)


@given(st.dictionaries(st.sampled_from([*LIMITS, "max_age", "code_challenge", "response_mode", "claims"]), WORDS))
def test_any_parameters_are_read_or_refused(members: dict[str, str]) -> None:
    """Bad input gets a clear answer."""
    good = {"client_id": "wiki", "redirect_uri": "https://wiki.example.org/cb", "response_type": "code"}
    try:
        request = AuthorizationRequest.parse(form(**(good | members)), WEB)
    except OAuthError:
        return
    assert set(request.scopes) <= WEB.scopes
    assert request.state == members.get("state")
