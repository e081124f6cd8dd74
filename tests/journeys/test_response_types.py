"""Response types and modes through the pages: what leaves for the app, by which way, and what never does."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest

from idp.oidc.response_type import RESPONSE_MODES, ResponseMode, ResponseType
from idp.storage import clients
from tests.drivers.browser_http import Browser
from tests.drivers.old_app import ALL_TYPES, LEGACY_TYPES, OldApp, members
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import REQUIRED, Counter, configure, details, password_is_enough

PROFILE = {"preferred_username", "updated_at", "email", "email_verified"}
WAYS: list[tuple[str, ResponseMode]] = [
    (each, mode) for each in ALL_TYPES for mode in RESPONSE_MODES if mode != "query" or each == "code"
]


def expected_members(response_type: str) -> set[str]:
    """Beside state and iss (OIDC Core 3.1.2.5, 3.2.2.5, 3.3.2.5)."""
    asked = ResponseType(response_type)
    tokens = {"access_token", "token_type", "expires_in", "scope"} if asked.brings_access_token else set[str]()
    return tokens | ({"code"} if asked.brings_code else set()) | ({"id_token"} if asked.brings_id_token else set[str]())


async def signed_in(app: OldApp, browser: Browser, person: Person, response_type: str, **changes: str | None) -> Page:
    """Through every page to the answer."""
    return await person.sign_in(await browser.open(app.url(response_type, **changes)))


async def grant_of(provider: Provider) -> Any:  # noqa: ANN401
    """The one grant there is."""
    return await provider.services.database.fetchrow("SELECT * FROM grants")


@pytest.mark.parametrize(("response_type", "mode"), WAYS)
async def test_each_type_by_each_way(
    provider: Provider, browser: Browser, response_type: str, mode: ResponseMode
) -> None:
    """OIDC Core 3.1 to 3.3, Multiple Response Types, Form Post: after both steps, and once more in silence."""
    wiki, alice = await OldApp.registered(provider, response_type), await provider.person()
    page = await signed_in(wiki, browser, alice, response_type, response_mode=mode)
    await judge(wiki, page, response_type, mode)
    page = await browser.open(wiki.url(response_type, response_mode=mode, prompt="none"))
    await judge(wiki, page, response_type, mode)


async def judge(wiki: OldApp, page: Page, response_type: str, mode: ResponseMode) -> None:
    """What arrived is what the type says, all of it works, and all of it tells of both steps."""
    answer = wiki.answer(page, mode)
    assert set(answer) == expected_members(response_type)
    subjects, sign_ins = set[str](), set[tuple[object, ...]]()
    if "id_token" in answer:
        claims = await wiki.claims(answer)
        assert (claims["acr"], claims["amr"]) == ("2fa", ["pwd", "otp", "mfa"])
        subjects.add(claims["sub"])
        sign_ins.add((claims["auth_time"], claims["sid"]))
    if "access_token" in answer:
        assert (answer["token_type"], answer["expires_in"]) == ("Bearer", "600")
        assert answer["scope"] == "openid profile email"
        told = (await wiki.userinfo(answer["access_token"])).json()
        assert told["email"] == "alice@example.org"
        subjects.add(told["sub"])
    if "code" in answer:
        _, claims = await wiki.exchange(answer)
        assert claims["amr"] == ["pwd", "otp", "mfa"]
        subjects.add(claims["sub"])
        sign_ins.add((claims["auth_time"], claims["sid"]))
    assert len(subjects) == 1  # OIDC Core 3.3.3.6
    assert len(sign_ins) == 1


@pytest.mark.parametrize("response_type", LEGACY_TYPES)
async def test_the_default_way_is_the_fragment(provider: Provider, browser: Browser, response_type: str) -> None:
    """Multiple Response Types 5; of a code alone it is the query."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, "code", response_type), await provider.person()
    page = await signed_in(wiki, browser, alice, response_type)
    assert set(wiki.answer(page, "fragment")) == expected_members(response_type)
    assert set(wiki.answer(await browser.open(wiki.url("code")), "query")) == {"code"}


@pytest.mark.parametrize("response_type", LEGACY_TYPES)
async def test_off_unless_the_server_and_the_client_say_so(
    provider: Provider, browser: Browser, response_type: str
) -> None:
    """O-07: the error goes where the answer would have gone (RFC 6749 4.2.2.1), and nobody is asked anything."""
    wiki = await OldApp.registered(provider, *ALL_TYPES, legacy=False)
    answer = wiki.answer(await browser.open(wiki.url(response_type)), "fragment")
    assert answer["error"] == "unsupported_response_type"
    page = await browser.open(wiki.url(response_type, response_mode="form_post"))
    assert wiki.answer(page, "form_post")["error"] == "unsupported_response_type"
    others = [each for each in ALL_TYPES if each != response_type]
    chat = await OldApp.registered(provider, *others, client_id="chat")
    answer = chat.answer(await browser.open(chat.url(response_type)), "fragment")
    assert answer["error"] == "unauthorized_client"
    assert len(await details(provider, "authorization_refused")) == 3


@pytest.mark.parametrize("response_type", LEGACY_TYPES)
async def test_a_sign_in_under_way_ends_with_the_permission(
    provider: Provider, browser: Browser, response_type: str
) -> None:
    """O-07: switched off, or taken from the client, between request and answer: no token leaves."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, response_type), await provider.person()
    waiting = await browser.open(wiki.url(response_type))
    await configure(provider, "legacy_response_types", value=False)
    provider.services.cache.forget()
    page = await alice.answer(waiting)
    assert (page.step, page.status) == ("error", 410)
    assert not members(page, wiki.registration.redirect_uri)["form_post"]
    assert await grant_of(provider) is None


@pytest.mark.parametrize(
    ("response_type", "changes", "mode", "error"),
    [
        ("id_token", {"nonce": None}, "fragment", "invalid_request"),
        ("code id_token", {"nonce": None, "response_mode": "form_post"}, "form_post", "invalid_request"),
        ("id_token token", {"response_mode": "query"}, "fragment", "invalid_request"),
        ("code token", {"response_mode": "jwt"}, "fragment", "invalid_request"),
        ("code", {"response_mode": "jwt"}, "query", "invalid_request"),
        ("code", {"scope": "nothing", "response_mode": "fragment"}, "fragment", "invalid_scope"),
        ("id_token", {"scope": "email"}, "fragment", "invalid_scope"),
        ("id_token", {"prompt": "none"}, "fragment", "login_required"),
        ("id_token token", {"prompt": "none", "response_mode": "form_post"}, "form_post", "login_required"),
        ("code", {"prompt": "none", "response_mode": "form_post"}, "form_post", "login_required"),
        (None, {}, "query", "invalid_request"),
        ("token", {}, "fragment", "unsupported_response_type"),
        ("code none", {}, "query", "unsupported_response_type"),
    ],
)
async def test_errors_go_where_the_answer_would_have_gone(
    provider: Provider,
    browser: Browser,
    response_type: str | None,
    changes: dict[str, str | None],
    mode: ResponseMode,
    error: str,
) -> None:
    """B5: RFC 6749 4.1.2.1, 4.2.2.1; OIDC Core 3.1.2.6; A-14: without a page of ours."""
    wiki = await OldApp.registered(provider, *ALL_TYPES)
    page = await browser.open(wiki.url(response_type, **changes))
    answer = wiki.answer(page, mode)
    assert set(answer) == {"error", "error_description"}
    assert answer["error"] == error


@pytest.mark.parametrize("mode", ["fragment", "form_post"])
async def test_cancelling_goes_there_too(provider: Provider, browser: Browser, mode: ResponseMode) -> None:
    """access_denied with state and iss, and no token beside it."""
    wiki = await OldApp.registered(provider, "code id_token token")
    page = await browser.open(wiki.url("code id_token token", response_mode=mode))
    page = await page.submit(button="Cancel and return to wiki")
    answer = wiki.answer(page, mode)
    assert (answer["error"], set(answer)) == ("access_denied", {"error", "error_description"})


@pytest.mark.parametrize(("response_type", "mode"), WAYS)
async def test_a_posted_request_is_answered_the_same_way(
    provider: Provider, browser: Browser, response_type: str, mode: ResponseMode
) -> None:
    """OIDC Core 3.1.2.1; straight by the GET that binds it, and its faults by the POST itself."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, response_type), await provider.person()
    await signed_in(wiki, browser, alice, response_type)
    told = expected_members(response_type)
    for changes, expected in (({}, told), ({"prompt": "none login"}, {"error", "error_description"})):
        url, _, query = wiki.url(response_type, response_mode=mode, **changes).partition("?")
        page = await browser.cross_post(url, parse_qsl(query), origin="https://app.example.org")
        assert set(wiki.answer(page, mode)) == expected


async def test_an_id_token_alone_holds_what_the_scopes_reveal(provider: Provider, browser: Browser) -> None:
    """OIDC Core 5.4: there is no access token to ask userinfo with; with one, or a code, nothing unasked is told."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, *ALL_TYPES), await provider.person()
    page = await signed_in(wiki, browser, alice, "id_token")
    claims = await wiki.claims(wiki.answer(page, "fragment"))
    assert claims["email"] == "alice@example.org"
    assert set(claims) >= PROFILE
    for response_type in ("id_token token", "code id_token", "code id_token token"):
        answer = wiki.answer(await browser.open(wiki.url(response_type)), "fragment")
        assert not set(await wiki.claims(answer)) & PROFILE


async def test_an_app_that_reads_nothing_else_is_told_in_each(provider: Provider, browser: Browser) -> None:
    """claims_in_id_token: scope claims stand in the ID tokens of both endpoints."""
    await password_is_enough(provider)
    wiki = await OldApp.registered(provider, "code id_token token", metadata={"claims_in_id_token": True})
    page = await signed_in(wiki, browser, await provider.person(), "code id_token token")
    answer = wiki.answer(page, "fragment")
    assert set(await wiki.claims(answer)) >= PROFILE
    assert set((await wiki.exchange(answer))[1]) >= PROFILE


async def test_claims_requested_one_by_one(provider: Provider, browser: Browser) -> None:
    """OIDC Core 5.5: for the ID token of the authorization endpoint as well."""
    await password_is_enough(provider)
    wiki = await OldApp.registered(provider, "id_token token")
    asked = json.dumps({"id_token": {"email": None}})
    page = await signed_in(wiki, browser, await provider.person(), "id_token token", scope="openid", claims=asked)
    claims = await wiki.claims(wiki.answer(page, "fragment"))
    assert claims["email"] == "alice@example.org"
    assert "email_verified" not in claims


@pytest.mark.parametrize("response_type", ["id_token", "id_token token"])
async def test_never_a_refresh_token_through_the_browser(
    provider: Provider, browser: Browser, response_type: str
) -> None:
    """OIDC Core 11: offline_access is dropped, and the grant ends with the session."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, response_type), await provider.person()
    scope = "openid offline_access"
    page = await signed_in(wiki, browser, alice, response_type, scope=scope, prompt="consent")
    answer = wiki.answer(page, "fragment")
    assert "refresh_token" not in answer
    assert answer.get("scope", "openid") == "openid"
    grant = await grant_of(provider)
    assert (grant["offline"], list(grant["scopes"])) == (False, ["openid"])
    assert (grant["code_digest"], grant["code_expires_at"]) == (None, None)
    assert grant["redeemed_at"] is not None


async def test_offline_access_is_for_the_code_of_a_hybrid(provider: Provider, browser: Browser) -> None:
    """OIDC Core 11: the token endpoint gives the refresh token, the browser never sees it."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, "code id_token token"), await provider.person()
    page = await signed_in(wiki, browser, alice, "code id_token token", scope="openid offline_access")
    answer = wiki.answer(page, "fragment")
    assert "refresh_token" not in answer
    assert "refresh_token" in (await wiki.exchange(answer))[0]


@pytest.mark.parametrize("response_type", ["id_token token", "code token"])
async def test_tokens_end_with_the_session(provider: Provider, browser: Browser, response_type: str) -> None:
    """As those of every grant: sign-out is felt at once."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, response_type), await provider.person()
    answer = wiki.answer(await signed_in(wiki, browser, alice, response_type), "fragment")
    assert (await wiki.userinfo(answer["access_token"])).status_code == 200
    await (await browser.open(provider.issuer.url("/logout"))).submit(button="Sign out")
    assert (await wiki.userinfo(answer["access_token"])).status_code == 401


async def test_a_code_used_twice_ends_the_tokens_beside_it(provider: Provider, browser: Browser) -> None:
    """RFC 6749 4.1.2: code and tokens are of one grant."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, "code token"), await provider.person()
    answer = wiki.answer(await signed_in(wiki, browser, alice, "code token"), "fragment")
    await wiki.exchange(answer)
    assert (await wiki.userinfo(answer["access_token"])).status_code == 200
    with pytest.raises(AssertionError, match="invalid_grant"):
        await wiki.exchange(answer)
    assert (await wiki.userinfo(answer["access_token"])).status_code == 401


async def test_a_silent_request_gives_no_token_before_both_steps(provider: Provider, browser: Browser) -> None:
    """A-14, O-07: signed in with a password where the second step came to be asked: an error and nothing beside it."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, *ALL_TYPES), await provider.person()
    await signed_in(wiki, browser, alice, "code")
    await provider.rule("server", "", REQUIRED)
    provider.services.cache.forget()
    for response_type in ALL_TYPES:
        page = await browser.open(wiki.url(response_type, prompt="none", response_mode="form_post"))
        answer = wiki.answer(page, "form_post")
        assert (answer["error"], set(answer)) == ("interaction_required", {"error", "error_description"})
    events = await details(provider, "sign_in_completed")
    assert len(events) == 1


async def test_each_answer_is_recorded(provider: Provider, browser: Browser) -> None:
    """SignInCompleted, with what was proved, whatever the type."""
    wiki, alice = await OldApp.registered(provider, *ALL_TYPES), await provider.person()
    await signed_in(wiki, browser, alice, "id_token")
    await browser.open(wiki.url("id_token token", prompt="none"))
    found = [(each["amr"], each["silent"]) for each in await details(provider, "sign_in_completed")]
    assert found == [(["pwd", "otp", "mfa"], False), (["pwd", "otp", "mfa"], True)]


@pytest.mark.parametrize(
    ("response_type", "statements"),
    [("code", 2), ("code token", 2), ("code id_token token", 2), ("id_token token", 2), ("id_token", 3)],
)
async def test_what_a_silent_answer_costs(
    provider: Provider, browser: Browser, response_type: str, statements: int
) -> None:
    """Session and facts, the grant; and the person, where the ID token speaks of them."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, *ALL_TYPES), await provider.person()
    await signed_in(wiki, browser, alice, "code")
    await browser.open(wiki.url(response_type))
    with Counter(provider=provider) as sent:
        await browser.open(wiki.url(response_type))
    assert sent.statements == statements


async def test_an_id_token_of_the_browser_is_a_hint_as_any_other(provider: Provider, browser: Browser) -> None:
    """OIDC Core 3.1.2.1, A-16."""
    await password_is_enough(provider)
    wiki, alice, bob = (
        await OldApp.registered(provider, "id_token"),
        await provider.person(),
        await provider.person("bob"),
    )
    async with Browser() as elsewhere:
        other = wiki.answer(await signed_in(wiki, elsewhere, bob, "id_token"), "fragment")["id_token"]
    own = wiki.answer(await signed_in(wiki, browser, alice, "id_token"), "fragment")["id_token"]
    for hint, expected in ((own, {"id_token"}), (other, {"error", "error_description"})):
        page = await browser.open(wiki.url("id_token", prompt="none", id_token_hint=hint))
        assert set(wiki.answer(page, "fragment")) == expected


async def test_long_values_come_back_whole(provider: Provider, browser: Browser) -> None:
    """OpenID conformance: a state of 1000 characters, a nonce of 384; never cut, by any way."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, *ALL_TYPES), await provider.person()
    state = ("<\"&'>+%" * 150)[:1000]
    await signed_in(wiki, browser, alice, "code")
    for mode in RESPONSE_MODES:
        page = await browser.open(wiki.url("code", state=state, nonce="n" * 384, response_mode=mode))
        assert set(wiki.answer(page, mode, state=state)) == {"code"}
    assert (await grant_of(provider))["nonce"] is not None


async def test_a_client_that_lost_the_type_gets_no_answer(provider: Provider, browser: Browser) -> None:
    """O-07: the registration is read again at the end."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, "id_token token"), await provider.person()
    waiting = await browser.open(wiki.url("id_token token"))
    found = await clients.listed(provider.services.database)
    changed = replace(found[0], metadata=replace(found[0].metadata, response_types=("id_token",)))
    await clients.update(provider.services.database, changed, provider.clock())
    provider.services.cache.forget()
    page = await alice.answer(waiting)
    assert page.step == "error"
    assert await grant_of(provider) is None


async def test_discovery_follows_the_configuration(provider: Provider, browser: Browser) -> None:
    """O-49: what is allowed is advertised, in a server that runs, and no longer than it is."""
    address = provider.issuer.url("/.well-known/openid-configuration")
    for legacy in (False, True, False):
        await configure(provider, "legacy_response_types", value=legacy or None)
        provider.services.cache.forget()
        found = (await browser.client.get(address)).json()
        assert found["response_types_supported"] == (list(ALL_TYPES) if legacy else ["code"])
        assert ("implicit" in found["grant_types_supported"]) is legacy
        assert found["response_modes_supported"] == list(RESPONSE_MODES)


async def test_the_clients_defaults_count(provider: Provider, browser: Browser) -> None:
    """OIDC Registration 2: default_max_age asks again, default_acr_values steps up, and the request's own go before."""
    await password_is_enough(provider)
    defaults = {"default_max_age": 600, "default_acr_values": ("2fa",), "require_auth_time": True}
    wiki, alice = await OldApp.registered(provider, "id_token", metadata=defaults), await provider.person()
    first = await wiki.claims(wiki.answer(await signed_in(wiki, browser, alice, "id_token"), "fragment"))
    assert alice.steps == ["password", "enrolment", "recovery-codes"]
    assert first["acr"] == "2fa"
    provider.clock.advance(minutes=11)
    again = await wiki.claims(
        wiki.answer(await browser.open(wiki.url("id_token", max_age="3600", acr_values="1fa")), "fragment")
    )
    assert again["auth_time"] == first["auth_time"]
    page = await signed_in(wiki, browser, alice, "id_token")
    assert alice.steps == ["password", "second-factor"]
    assert (await wiki.claims(wiki.answer(page, "fragment")))["auth_time"] > first["auth_time"]


async def test_the_form_has_a_policy_of_its_own(provider: Provider, browser: Browser) -> None:
    """O-10, O-12: at the end of a sign-in and straight away; any other page keeps form-action."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, "code"), await provider.person()
    first = await browser.open(wiki.url("code", response_mode="form_post"))
    assert "form-action 'self'" in first.headers["content-security-policy"]
    last = await alice.answer(first)
    straight = await browser.open(wiki.url("code", response_mode="form_post"))
    assert (last.method, straight.method) == ("POST", "GET")
    for page in (last, straight):
        policy = page.headers["content-security-policy"]
        assert "form-action" not in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["content-type"].startswith("text/html")
