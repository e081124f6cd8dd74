"""V16.2.5: no secret of a sign-in stands in a log, a security event, an error page or the database."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from idp.oidc.response_type import ResponseMode
from idp.telemetry import configure_logging
from idp.usecases.services import Services
from tests.drivers.browser_http import Browser
from tests.drivers.old_app import OldApp
from tests.drivers.provider import Provider
from tests.drivers.scenes import enrolled
from tests.drivers.signing_clients import sharing_app
from tests.drivers.world import World

TABLES = """
SELECT relname AS table_name FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND has_table_privilege(oid, 'SELECT')
"""
PASSWORD = "canary of the coal mine"
STALE = "/interaction/5f0c6a4e-0f4b-4c1e-9c39-9d2f4b6a1c11/password"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, down to the last detail; the logging of the test run is put back afterwards."""
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    stream = io.StringIO()
    configure_logging("debug", stream)
    for theirs in ("httpx2", "httpcore2"):  # the app's side and the browser's, whose logs are not ours
        logging.getLogger(theirs).setLevel("WARNING")
    yield stream
    structlog.reset_defaults()
    root.handlers, root.level = before


async def test_no_secret_is_written_down(provider: Provider, browser: Browser, log: io.StringIO) -> None:
    """Password, codes, set-up key, cookies, authorization code, tokens and client secret, through a whole life."""
    wiki = await provider.app(scope="openid offline_access")
    alice = await enrolled(provider, wiki)
    page = await browser.open(await wiki.authorization_url())
    first_browser = browser.cookies["browser"]
    wrong = await page.submit(username="alice", password=PASSWORD)
    await page.submit(username=PASSWORD, password="typed into the wrong field")
    page = await wrong.submit(username="alice", password=alice.password)
    page = await page.submit(code="913571")
    spent = alice.app_code()
    recovery = alice.recovery_codes.pop()
    page = await (await page.click("Use a recovery code")).submit(recovery_code="aaaa-canary"[:4] + "-bbbb-cccc-dddd")
    page = await page.submit(recovery_code=recovery)
    page = await page.submit(button="Continue to wiki")
    tokens = await wiki.exchange(page.url)
    renewed = await wiki.refresh(tokens, scope="openid offline_access")
    for path in (STALE, "/authorize?code=" + spent, "/nothing"):
        await browser.client.get(str(provider.issuer) + path)
    await browser.client.post(str(provider.issuer) + STALE, data={"password": PASSWORD, "username": "alice"})
    secrets = {
        "password": alice.password,
        "wrong password": PASSWORD,
        "app code": "913571",
        "set-up key": alice.secret or "",
        "recovery code": recovery,
        "authorization code": page.params["code"],
        "access token": tokens.access_token,
        "refresh token": tokens.refresh_token,
        "ID token": str(renewed.response["id_token"]),
        "client secret": str(wiki._client.client_secret),  # noqa: SLF001
        "browser cookie": first_browser,
        **{f"{name} cookie": value for name, value in browser.cookies.items()},
    }
    assert len(secrets["set-up key"]) == 32
    found = [name for name, secret in secrets.items() if secret in log.getvalue()]
    assert found == []
    assert await _in_the_database(provider.services, secrets) == []


@pytest.mark.parametrize("mode", ["fragment", "form_post"])
async def test_no_token_that_passes_through_the_browser_is_written_down(
    provider: Provider, browser: Browser, log: io.StringIO, mode: ResponseMode
) -> None:
    """The answer of a hybrid flow, at the end of a sign-in, repeated, and in silence; it is kept sealed alone."""
    everything = "code id_token token"
    wiki, alice = await OldApp.registered(provider, everything), await provider.person()
    page = await alice.sign_in(await browser.open(wiki.url(everything, response_mode=mode)))
    silent = await browser.open(wiki.url(everything, response_mode=mode, prompt="none"))
    await browser.open(page.trail[0].url if page.at_app else page.url)
    secrets = {
        f"{number} {name}": value
        for number, each in enumerate((page, silent))
        for name, value in wiki.answer(each, mode).items()
        if name in {"code", "access_token", "id_token"}
    }
    assert len(secrets) == 6
    assert [name for name, secret in secrets.items() if secret in log.getvalue()] == []
    assert await _in_the_database(provider.services, secrets) == []


async def test_neither_an_assertion_nor_the_secret_that_signs_it_is_written_down(
    world: World, log: io.StringIO
) -> None:
    """The secret is stored in a form that can be read again: sealed. Of the assertion only a digest is kept."""
    robot = await sharing_app(world, "robot")
    good, refused = robot.assertion({"typ": " odd "}), robot.assertion(jti="canary of an assertion")
    assert (await robot.own_token(good)).status_code == 401
    assert [(await robot.own_token(refused)).status_code for _ in range(2)] == [200, 401]
    secrets = {"secret": str(robot.secret), "odd": good, "used": refused, "jti": "canary of an assertion"}
    assert [name for name, secret in secrets.items() if secret in log.getvalue()] == []
    assert await _in_the_database(world.services, secrets) == []


async def _in_the_database(services: Services, secrets: dict[str, str]) -> list[tuple[str, str]]:
    """Where any of them stands as text or as octets, in any column of any table."""
    database = services.database
    found = []
    for row in await database.fetch(TABLES):
        lines = await database.fetch(f'SELECT t::text AS line FROM "{row["table_name"]}" t')  # noqa: S608
        text = "\n".join(line["line"] for line in lines)
        for name, secret in secrets.items():
            if (secret in text or secret.encode().hex() in text) and not _typed_as_a_name(name, row["table_name"]):
                found.append((row["table_name"], name))
    return found


def _typed_as_a_name(secret: str, table: str) -> bool:
    """Of the login name the page must show again what was typed: on the Interaction, until it is purged."""
    return secret == "wrong password" and table == "interactions"


@pytest.mark.parametrize("step", ["password", "second-factor", "recovery", "new-password"])
async def test_no_page_shows_a_secret_again(provider: Provider, browser: Browser, step: str) -> None:
    """Errors keep what was typed, except passwords and codes."""
    wiki = await provider.app()
    alice = await (provider.person(own=False) if step == "new-password" else enrolled(provider, wiki))
    alice.use_recovery_code = step == "recovery"
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until=step)
    typed = {
        "password": {"username": "alice", "password": PASSWORD},
        "second-factor": {"code": "913 571"},
        "recovery": {"recovery_code": "aaaa-bbbb-cccc-dddd"},
        "new-password": {"new_password": "canary"},
    }[step]
    page = await page.submit(**typed)
    assert page.alerts
    secret = next(value for name, value in typed.items() if name != "username")
    assert secret not in page.html
