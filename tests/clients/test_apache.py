"""Debian's Apache with mod_auth_openidc in front of an app, set up as README.md says, and the provider over https."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import httpx2
import pytest

from idp.usecases import browser_sessions
from tests.clients.apache import in_front_of_an_app
from tests.drivers.browser_http import Browser
from tests.drivers.command_line import CommandLine, of_database
from tests.drivers.database import FreshDatabase
from tests.drivers.documents import document
from tests.drivers.outbox import entries, send_due
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import password_is_enough, sign_in
from tests.drivers.serve_process import free_port
from tests.drivers.tls_authority import Authority

README = document("README.md")

pytestmark = pytest.mark.debian


@pytest.fixture
def scheme() -> str:
    """The module speaks to nothing else."""
    return "https"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handbook:
    """The app behind the Apache."""

    origin: str


@pytest.fixture
def seconds_before_expiry() -> int:
    """When the module refreshes a token by itself: the README's number."""
    return 60


@pytest.fixture
async def handbook(
    provider: Provider, fresh: FreshDatabase, authority: Authority, seconds_before_expiry: int
) -> AsyncIterator[Handbook]:
    """Registered and configured by the commands and the directives of the README, its names and secrets filled in."""
    port = free_port()
    origin = f"https://127.0.0.1:{port}"
    secret = await registered(of_database(fresh), origin)
    (block,) = README.blocks("apache")
    directives = (
        here(block.text, origin)
        .replace("https://login.example.com", str(provider.issuer))
        .replace("OIDCClientSecret …", f"OIDCClientSecret {secret}")
        .replace("OIDCCryptoPassphrase …", f"OIDCCryptoPassphrase {secrets.token_urlsafe()}")
        .replace("BeforeExpiry 60", f"BeforeExpiry {seconds_before_expiry}")
    )
    provider.services.cache.forget()
    async with in_front_of_an_app(port, directives, authority):
        yield Handbook(origin=origin)


async def registered(idp: CommandLine, origin: str) -> str:
    """What the README says to type: the app's secret."""
    add, allow = [each.arguments for each in README.commands() if "handbook" in " ".join(each.arguments)]
    made = (await idp(*(here(word, origin) for word in add), "--json")).json
    assert (await idp(*(here(word, origin) for word in allow))).status == 0
    return str(made["client_secret"])


def here(text: str, origin: str) -> str:
    """The README's handbook at the address that it has here."""
    return text.replace("https://handbook.example.com", origin).replace("handbook.example.com", urlsplit(origin).netloc)


@pytest.fixture
async def browser(provider: Provider, authority: Authority) -> AsyncIterator[Browser]:
    """One that travels between the two."""
    async with Browser(visits=[str(provider.issuer)], trust=authority.trusting()) as opened:
        yield opened


async def signed_in(handbook: Handbook, person: Person, browser: Browser, path: str = "/") -> dict[str, str]:
    """The headers that reach the app at that path."""
    page = await person.sign_in(await browser.open(handbook.origin + path))
    assert page.url == handbook.origin + path
    found: dict[str, str] = page.json()
    return found


async def test_the_app_is_told_who_signed_in_and_how(provider: Provider, handbook: Handbook, browser: Browser) -> None:
    """Whatever a browser says of itself is not believed, signed in or not."""
    alice = await provider.person()
    told = await signed_in(handbook, alice, browser, "/page")
    assert alice.steps == ["password", "enrolment", "recovery-codes"]
    assert told["x-remote-user"] == "alice"
    assert told["oidc_claim_acr"] == "2fa"
    assert told["oidc_claim_amr"] == "pwd,otp,mfa"
    assert told["oidc_claim_iss"] == provider.issuer
    lies = {"X-Remote-User": "root", "OIDC_CLAIM_acr": "2fa"}
    assert (await browser.client.get(f"{handbook.origin}/page", headers=lies)).json()["x-remote-user"] == "alice"
    browser.forget_cookies()
    told = (await browser.client.get(f"{handbook.origin}/signed-out", headers=lies)).json()
    assert not {"x-remote-user", "oidc_claim_acr"} & told.keys()


async def test_a_path_asks_for_the_second_factor(provider: Provider, handbook: Handbook, browser: Browser) -> None:
    """Whoever has none sets it up there, under the session that goes on; afterwards nothing is asked any more."""
    await password_is_enough(provider)
    alice = await provider.person()
    told = await signed_in(handbook, alice, browser)
    assert (alice.steps, told["oidc_claim_acr"]) == (["password"], "1fa")
    above = await signed_in(handbook, alice, browser, "/admin")
    assert alice.steps == ["enrolment", "recovery-codes"]
    assert (above["oidc_claim_acr"], above["oidc_claim_amr"]) == ("2fa", "pwd,otp,mfa")
    assert above["oidc_claim_sid"] == told["oidc_claim_sid"]
    assert not (await browser.open(f"{handbook.origin}/admin/users")).trail


async def test_a_path_asks_for_the_code_alone(provider: Provider, handbook: Handbook, browser: Browser) -> None:
    """A session of a password, made before its owner had an app, is asked for the code and not for the password."""
    await password_is_enough(provider)
    alice, portal = await provider.person(), await provider.app("portal")
    await signed_in(handbook, alice, browser)
    async with Browser(trust=provider.trust) as elsewhere:
        await sign_in(portal, alice, elsewhere, acr_values="2fa")
    told = await signed_in(handbook, alice, browser, "/admin")
    assert alice.steps == ["second-factor"]
    assert told["oidc_claim_acr"] == "2fa"


async def test_who_cancels_a_step_up_has_what_they_had(
    provider: Provider, handbook: Handbook, browser: Browser
) -> None:
    """RFC 9207: an error brings `iss` too, which the module takes for a sign-in begun elsewhere, to OIDCDefaultURL."""
    await password_is_enough(provider)
    alice = await provider.person()
    await signed_in(handbook, alice, browser)
    page = await (await browser.open(f"{handbook.origin}/admin")).click("Cancel and return to Handbook")
    assert (page.url, page.json()["oidc_claim_acr"]) == (f"{handbook.origin}/", "1fa")
    assert (await browser.open(f"{handbook.origin}/admin")).step == "enrolment"


async def test_two_factors_from_the_start_open_every_path(
    provider: Provider, handbook: Handbook, browser: Browser
) -> None:
    """No second round where the first one sufficed."""
    await signed_in(handbook, await provider.person(), browser)
    page = await browser.open(f"{handbook.origin}/admin")
    assert (page.trail, page.json()["oidc_claim_acr"]) == ((), "2fa")


async def test_a_sign_in_begun_elsewhere(provider: Provider, handbook: Handbook, browser: Browser) -> None:
    """OIDC Core 4: a third party sends the person to the app, which begins the sign-in."""
    asked = urlencode({"iss": str(provider.issuer), "target_link_uri": f"{handbook.origin}/page"})
    browser.visits.add(handbook.origin)
    page = await browser.follow(f"{handbook.origin}/oidc?{asked}", source="https://portal.example.org/")
    page = await (await provider.person()).sign_in(page)
    assert (page.url, page.json()["x-remote-user"]) == (f"{handbook.origin}/page", "alice")


async def test_the_app_refreshes_its_token(provider: Provider, handbook: Handbook, browser: Browser) -> None:
    """RFC 6749 6, by the module's own hook."""
    told = await signed_in(handbook, await provider.person(), browser)
    hook = urlencode({"refresh": f"{handbook.origin}/page", "access_token": told["oidc_access_token"]})
    page = await browser.open(f"{handbook.origin}/oidc?{hook}")
    assert page.url == f"{handbook.origin}/page"
    await is_another_token(provider, told["oidc_access_token"], page.json()["oidc_access_token"])


@pytest.mark.parametrize("seconds_before_expiry", [3600])
async def test_a_token_that_expires_soon_is_refreshed(provider: Provider, handbook: Handbook, browser: Browser) -> None:
    """RFC 6749 6, without anybody's doing: here each token expires soon."""
    told = await signed_in(handbook, await provider.person(), browser)
    again = (await browser.open(f"{handbook.origin}/")).json()
    await is_another_token(provider, told["oidc_access_token"], again["oidc_access_token"])


async def is_another_token(provider: Provider, old: str, new: str) -> None:
    """And a good one."""
    assert new != old
    async with httpx2.AsyncClient(verify=provider.trust or True, trust_env=False) as http:
        answer = await http.get(provider.issuer.url("/userinfo"), headers={"Authorization": f"Bearer {new}"})
    assert answer.json()["preferred_username"] == "alice"


async def test_logout_from_the_app(provider: Provider, handbook: Handbook, browser: Browser) -> None:
    """RP-Initiated Logout 2; RFC 7009: what the module held is revoked."""
    await signed_in(handbook, await provider.person(), browser)
    page = await browser.open(f"{handbook.origin}/oidc?" + urlencode({"logout": f"{handbook.origin}/signed-out"}))
    assert page.url == f"{handbook.origin}/signed-out"
    assert "x-remote-user" not in page.json()
    assert (await browser.open(f"{handbook.origin}/page")).step == "password"
    assert not await browser_sessions.list_sessions(provider.services, "alice", provider.clock())
    assert "token_revoked" in await provider.events()


async def test_logout_by_back_channel(provider: Provider, handbook: Handbook, browser: Browser) -> None:
    """Back-Channel Logout 2.5: a session that ends at the provider ends at the Apache, though its cookie goes on."""
    told = await signed_in(handbook, await provider.person(), browser)
    async with provider.unit() as made:
        await browser_sessions.end(made, told["oidc_claim_sid"])
    assert not (await browser.open(f"{handbook.origin}/page")).trail
    assert await send_due(provider.services) == 1
    assert [(each["outcome"], each["last_fault"]) for each in await entries(provider.services)] == [("delivered", None)]
    assert (await browser.open(f"{handbook.origin}/page")).step == "password"
