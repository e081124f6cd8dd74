"""Where only a key will do: `phr` by rule, by `acr_values`, by an essential claim; at refresh and in silence (A-05)."""

from __future__ import annotations

import json

import pytest
from authlib.integrations.httpx_client import OAuthError

from idp.authenticators.methods import Level
from idp.policy.rules import Rule
from tests.drivers.browser_http import Browser
from tests.drivers.keys import key_for, made, shown, with_key
from tests.drivers.provider import Provider
from tests.drivers.scenes import REQUIRED, details, enrolled, password_is_enough, sign_in

KEY_REQUIRED = Rule(level=Level.PHISHING_RESISTANT)


async def test_a_client_that_takes_a_key_steps_up_from_two_factors(provider: Provider, browser: Browser) -> None:
    """A-10: the session has password and recovery code; only the key is asked, first, and the page says why."""
    wiki, bank, key = await provider.app(), await provider.app("bank"), key_for(provider)
    alice = await with_key(provider, wiki, key)
    await provider.rule("client", "bank", KEY_REQUIRED)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="security-key")
    page = await (await page.click("Use a recovery code")).submit(recovery_code=alice.recovery_codes.pop())
    page = await page.submit(button="continue")
    assert (await wiki.exchange(page.url)).claims["acr"] == "2fa"
    silent = await browser.open(await bank.authorization_url(prompt="none"))
    assert silent.params["error"] == "interaction_required"
    page = await browser.open(await bank.authorization_url())
    assert page.step == "security-key"
    assert "bank" in page.text
    assert not page.has("Use a recovery code")
    page = await shown(page, key)
    claims = (await bank.exchange(page.url)).claims
    assert (claims["acr"], claims["amr"]) == ("phr", ["pwd", "recovery_code", "hwk", "user", "mfa"])


async def test_no_code_is_taken_where_only_a_key_will_do(provider: Provider, browser: Browser) -> None:
    """A recovery code posted there is neither looked at nor spent."""
    wiki, key = await provider.app(), key_for(provider)
    alice = await with_key(provider, wiki, key)
    await provider.rule("server", "", KEY_REQUIRED)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="security-key")
    for name, field in (("recovery", "recovery_code"), ("second-factor", "code")):
        pairs = [("csrf", page.fields["csrf"].value), (field, alice.recovery_codes[0])]
        url = page.url.replace("security-key", name)
        assert (await browser.go("POST", url, initiator=page.initiator, pairs=pairs)).step == "security-key"
        assert (await browser.open(url)).step == "security-key"
    used = "SELECT count(*) FROM recovery_codes WHERE used_at IS NOT NULL"
    assert await provider.services.database.fetchval(used) == 0
    assert await details(provider, "factor_refused") == []


async def test_who_has_no_key_shows_the_app_and_sets_one_up(provider: Provider, browser: Browser) -> None:
    """A registered key is no proof: it is asked for before going on."""
    wiki, key = await provider.app(), key_for(provider)
    alice = await enrolled(provider, wiki)
    await provider.rule("server", "", KEY_REQUIRED)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="key-enrolment")
    assert alice.steps == ["password", "second-factor"]
    page = await made(page, key)
    assert page.step == "security-key"
    page = await shown(page, key)
    assert (await wiki.exchange(page.url)).claims["acr"] == "phr"


@pytest.mark.parametrize(
    ("asked", "acr"), [("phr", "phr"), ("phr 2fa", "2fa"), ("urn:unknown phr", "phr"), ("1fa", "1fa")]
)
async def test_acr_values_of_somebody_with_a_key(provider: Provider, browser: Browser, asked: str, acr: str) -> None:
    """A-04, A-11: stepped up to, and the highest requested value that was reached is named."""
    wiki, key = await provider.app(), key_for(provider)
    alice = await with_key(provider, wiki, key)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url(acr_values=asked)), until="security-key")
    assert page.has("Use a recovery code") is (asked not in {"phr", "urn:unknown phr"})
    page = await shown(page, key)
    told = (await wiki.exchange(page.url)).claims["acr"]
    assert told == ("phr" if "phr" in asked else acr)


async def test_acr_values_of_somebody_without_a_key(provider: Provider, browser: Browser) -> None:
    """A-11: out of reach it never fails, asks nothing for its own sake, and never lies."""
    await password_is_enough(provider)
    wiki = await provider.app()
    alice = await provider.person()
    page = await sign_in(wiki, alice, browser, acr_values="phr")
    assert alice.steps == ["password"]
    assert (await wiki.exchange(page.url)).claims["acr"] == "1fa"


async def test_an_essential_phr_leads_into_setting_a_key_up(provider: Provider, browser: Browser) -> None:
    """A-12: within everybody's reach, since everybody can set a key up."""
    await password_is_enough(provider)
    wiki, alice, key = await provider.app(), await provider.person(), key_for(provider)
    claims = json.dumps({"id_token": {"acr": {"essential": True, "value": "phr"}}})
    silent = await browser.open(await wiki.authorization_url(claims=claims, prompt="none"))
    assert silent.params["error"] == "login_required"
    page = await alice.sign_in(await browser.open(await wiki.authorization_url(claims=claims)), until="key-enrolment")
    assert not page.has("Use an authenticator app instead")
    page = await made(page, key)
    assert page.step == "security-key"
    page = await alice.sign_in(await shown(page, key))
    assert (await wiki.exchange(page.url)).claims["acr"] == "phr"


async def test_a_refresh_under_a_rule_for_keys(provider: Provider, browser: Browser) -> None:
    """A-20: a grant of two factors ends where a rule asks for more; one of phr goes on until the key is gone."""
    wiki, key = await provider.app(scope="openid offline_access"), key_for(provider)
    alice = await with_key(provider, wiki, key)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="security-key")
    strong = await wiki.exchange((await shown(page, key)).url)
    async with Browser() as other:
        page = await alice.sign_in(await other.open(await wiki.authorization_url()), until="security-key")
        page = await (await page.click("Use a recovery code")).submit(recovery_code=alice.recovery_codes.pop())
        weak = await wiki.exchange((await page.submit(button="continue")).url)
    await provider.rule("client", "wiki", KEY_REQUIRED)
    strong = await wiki.refresh(strong)
    with pytest.raises(OAuthError) as caught:
        await wiki.refresh(weak)
    assert caught.value.error == "invalid_grant"
    await provider.services.database.execute("DELETE FROM webauthn_credentials")
    with pytest.raises(OAuthError) as caught:
        await wiki.refresh(strong)
    assert caught.value.error == "invalid_grant"


async def test_single_sign_on_under_a_rule_for_keys(provider: Provider, browser: Browser) -> None:
    """The session keeps phr: nothing is asked again; a rule for two factors is met by it as well."""
    wiki, bank, key = await provider.app(), await provider.app("bank"), key_for(provider)
    alice = await with_key(provider, wiki, key)
    await provider.rule("client", "bank", KEY_REQUIRED)
    await provider.rule("server", "", REQUIRED)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="security-key")
    await shown(page, key)
    for app in (bank, wiki):
        page = await browser.open(await app.authorization_url(prompt="none"))
        assert (await app.exchange(page.url)).claims["acr"] == "phr"
