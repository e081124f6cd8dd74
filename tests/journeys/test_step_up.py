"""Step-up: what a session lacks is asked for and nothing else; `acr` names the level reached, spelt as the app does."""

from __future__ import annotations

from itertools import product

import pytest
from authlib.integrations.httpx_client import OAuthError

from idp.policy.rules import Target
from idp.usecases import groups
from tests.drivers.browser_http import Browser
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import (
    IF_ENROLLED,
    REFEDS_MFA,
    REQUIRED,
    configure,
    enrolled,
    exempt,
    password_is_enough,
    sign_in,
)


async def test_an_exempt_person_signs_in_by_password(provider: Provider, browser: Browser) -> None:
    """Server, group and user rules are lifted; A-01: `pwd` alone, `1fa`."""
    wiki, kiosk = await provider.app(), await provider.person("kiosk")
    await exempt(provider, kiosk)
    page = await sign_in(wiki, kiosk, browser)
    assert kiosk.steps == ["password"]
    claims = (await wiki.exchange(page.url)).claims
    assert (claims["amr"], claims["acr"]) == (["pwd"], "1fa")


async def test_a_client_that_requires_two_steps_leads_an_exempt_person_into_enrolment(
    provider: Provider, browser: Browser
) -> None:
    """An exemption never lifts what a client asks. Only what is missing is asked (A-10)."""
    wiki, bank, kiosk = await provider.app(), await provider.app("bank"), await provider.person("kiosk")
    await exempt(provider, kiosk)
    await provider.rule("client", "bank", REQUIRED)
    await sign_in(wiki, kiosk, browser)
    page = await sign_in(bank, kiosk, browser)
    assert kiosk.steps == ["enrolment", "recovery-codes"]
    assert (await bank.exchange(page.url)).claims["acr"] == "2fa"


async def test_a_password_session_is_asked_for_the_code_alone(provider: Provider, browser: Browser) -> None:
    """A-10: the session has the password; somebody who enrolled meanwhile elsewhere types the code only."""
    await password_is_enough(provider)
    wiki, bank, alice = await provider.app(), await provider.app("bank"), await provider.person()
    await sign_in(wiki, alice, browser)
    assert alice.steps == ["password"]
    async with Browser() as elsewhere:
        await sign_in(wiki, alice, elsewhere, acr_values="2fa")
    await provider.rule("client", "bank", REQUIRED)
    before = provider.clock()
    provider.clock.advance(minutes=10)
    page = await sign_in(bank, alice, browser)
    assert alice.steps == ["second-factor"]
    claims = (await bank.exchange(page.url)).claims
    assert (claims["amr"], claims["acr"]) == (["pwd", "otp", "mfa"], "2fa")
    assert claims["auth_time"] == int(before.timestamp()) + 600  # a step-up updates it


@pytest.mark.parametrize(
    ("asked", "steps", "acr"),
    [
        ("2fa", ["password", "enrolment", "recovery-codes"], "2fa"),
        ("1fa", ["password"], "1fa"),
        ("1fa 2fa", ["password"], "1fa"),
        (REFEDS_MFA, ["password", "enrolment", "recovery-codes"], REFEDS_MFA),
        (f"2fa {REFEDS_MFA}", ["password", "enrolment", "recovery-codes"], "2fa"),
        ("urn:unknown", ["password"], "1fa"),
        ("phr urn:unknown", ["password"], "1fa"),
        ("urn:unknown 2fa", ["password", "enrolment", "recovery-codes"], "2fa"),
        ("2FA", ["password"], "1fa"),
    ],
)
async def test_acr_values_are_stepped_up_to_and_answered_as_spelt(
    provider: Provider, browser: Browser, asked: str, steps: list[str], acr: str
) -> None:
    """A-04, A-11: the lowest known level is added; out of reach never fails; the claim is as requested."""
    await password_is_enough(provider)
    await configure(provider, "acr_aliases", {REFEDS_MFA: "2fa"})
    wiki, alice = await provider.app(), await provider.person()
    page = await sign_in(wiki, alice, browser, acr_values=asked)
    assert alice.steps == steps
    assert (await wiki.exchange(page.url)).claims["acr"] == acr


async def test_the_highest_requested_value_reached_is_named(provider: Provider, browser: Browser) -> None:
    """Somebody who proved both factors anyway gets the highest of the values asked."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    page = await sign_in(wiki, alice, browser, acr_values="1fa 2fa")
    assert (await wiki.exchange(page.url)).claims["acr"] == "2fa"
    page = await browser.open(await wiki.authorization_url(acr_values="1fa"))
    assert (await wiki.exchange(page.url)).claims["acr"] == "1fa"  # spelt as requested: 2fa meets it


@pytest.mark.parametrize("rule", [None, IF_ENROLLED])
async def test_an_enrolled_factor_is_always_asked(provider: Provider, browser: Browser, rule: object) -> None:
    """A-19: no rule, `if_enrolled` and an exemption alike."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    await provider.rule("server", "", IF_ENROLLED if rule else None)
    await exempt(provider, alice)
    await sign_in(wiki, alice, browser)
    assert alice.steps == ["password", "second-factor"]


async def test_a_silent_request_never_steps_up(provider: Provider, browser: Browser) -> None:
    """A-14: a level that is missing is interaction_required, for a client's rule and for acr_values alike."""
    await password_is_enough(provider)
    wiki, bank, alice = await provider.app(), await provider.app("bank"), await provider.person()
    await provider.rule("client", "bank", REQUIRED)
    await sign_in(wiki, alice, browser)
    for app, parameters in ((bank, {}), (wiki, {"acr_values": "2fa"})):
        page = await browser.open(await app.authorization_url(prompt="none", **parameters))
        assert page.params["error"] == "interaction_required"
    page = await browser.open(await wiki.authorization_url(prompt="none", acr_values="urn:unknown"))
    assert (await wiki.exchange(page.url)).claims["acr"] == "1fa"


async def test_a_lower_request_does_not_lower_the_session(provider: Provider, browser: Browser) -> None:
    """N-42: after a request answered with 1fa, the session still holds both proofs."""
    wiki = await provider.app()
    alice: Person = await enrolled(provider, wiki)
    await sign_in(wiki, alice, browser)
    await browser.open(await wiki.authorization_url(acr_values="1fa"))
    page = await browser.open(await wiki.authorization_url(prompt="none"))
    assert (await wiki.exchange(page.url)).claims["acr"] == "2fa"


async def test_the_strictest_of_all_places_wins(provider: Provider, browser: Browser) -> None:
    """A-18: all 16 combinations of server, client, group and user, at authorize and at refresh alike."""
    async with provider.unit() as made:
        await groups.add(made, "staff")
    await password_is_enough(provider)
    wiki, alice = await provider.app(scope="openid offline_access"), await provider.person()
    async with provider.unit() as made:
        await groups.add_member(made, "staff", "alice")
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    places: list[tuple[Target, str]] = [("server", ""), ("client", "wiki"), ("group", "staff"), ("user", "alice")]
    for strict in product((False, True), repeat=4):
        for (kind, name), required in zip(places, strict, strict=True):
            await provider.rule(kind, name, REQUIRED if required else IF_ENROLLED)
        page = await browser.open(await wiki.authorization_url(prompt="none"))
        assert page.params.get("error") == ("interaction_required" if any(strict) else None), strict
        if any(strict):
            with pytest.raises(OAuthError) as caught:
                await wiki.refresh(tokens)
            assert caught.value.error == "invalid_grant"
        else:
            await wiki.refresh(tokens)
