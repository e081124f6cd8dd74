"""`idp demo`, the real process: ready, used by each of its people, looked into, interrupted, started again."""

from __future__ import annotations

import asyncio
import json
import stat
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from typing import Any

import httpx2
import pytest

from tests.drivers.browser_http import Browser
from tests.drivers.demo_process import DemoProcess, demo_process, idp
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.relying_party import claims_shown

BOTH_STEPS = ["pwd", "otp", "mfa"]
ENROLS = ["password", "enrolment", "recovery-codes", "consent"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Of the demo. Not `tmp_path`: the database's own user must be able to reach it."""
    outer = Path(tempfile.mkdtemp(prefix="idp-demo-"))
    outer.chmod(0o755)
    yield outer / "data"
    rmtree(outer)


def people(told: Mapping[str, Any]) -> dict[str, Person]:
    """The accounts of demo.json."""
    return {
        each["username"]: Person(
            username=each["username"],
            password=each["password"],
            secret=each.get("totp_secret"),
            clock=lambda: datetime.now(UTC),
        )
        for each in told["accounts"]
    }


async def signed_in(demo: DemoProcess, person: Person, *apps: str) -> list[Page]:
    """Sign in to these apps, one after the other in one fresh browser; where each came to rest."""
    pages = []
    async with Browser(visits=[demo.told["issuer"]]) as browser:
        for app in apps:
            page = await browser.open(f"{demo.told['rp']}/{app}")
            page = await person.sign_in(await page.click(f"Sign in to {app.title()}"))
            assert page.step == "demo-signed-in", repr(page)
            pages.append(page)
    return pages


async def test_the_demo_shows_what_it_promises_and_keeps_it(folder: Path) -> None:
    """`demo.json`, the accounts, commands beside it, Ctrl-C, and a second start with the same accounts."""
    async with demo_process(folder) as demo:
        told_as_promised(demo.told, folder)
        someone = people(demo.told)
        await everybody_signs_in(demo, someone)
        await mails_are_shown(demo)
        await commands_work_on_it(folder)
        assert len(demo.family()) > 4  # itself, worker, jobs, relying app, PostgreSQL
        assert await demo.interrupted() == []
        assert demo.process.returncode == 0
        await nobody_listens(demo.told)
        assert not (folder / "demo.json").exists()  # whoever waits for it at the next start must not find this one
    async with demo_process(folder, "--json") as again:
        async with asyncio.timeout(10):
            while not again.said().endswith("}\n"):  # noqa: ASYNC110 - nothing here could set an event
                await asyncio.sleep(0.05)
        assert json.loads(again.said()) == again.told  # for machines the same document, and nothing beside it
        assert again.told["accounts"] == demo.told["accounts"]
        secrets = [[each["client_secret"] for each in told["clients"]] for told in (demo.told, again.told)]
        assert secrets[0] == secrets[1]
        await signed_in(again, someone["bob"], "wiki")
        assert someone["bob"].steps == ["password", "second-factor"]  # his consent is remembered too
        someone["alice"].use_recovery_code = True
        await signed_in(again, someone["alice"], "wiki")
        assert someone["alice"].steps == ["password", "second-factor", "recovery", "recovery-used"]


def told_as_promised(told: Mapping[str, Any], folder: Path) -> None:
    """The members of demo.json, and who may read it."""
    assert stat.S_IMODE((folder / "demo.json").stat().st_mode) == 0o600
    assert {"issuer", "rp", "database_url", "keys_dir", "accounts", "clients"} == told.keys()
    assert told["issuer"].startswith("http://localhost:")
    assert told["rp"].startswith("http://127.0.0.1:")  # another site
    assert all({"username", "password", "note"} <= each.keys() for each in told["accounts"])
    assert [each["username"] for each in told["accounts"] if "totp_secret" in each] == ["bob"]
    for each in told["clients"]:
        assert {"client_id", "client_secret", "redirect_uris", "note"} == each.keys()


async def everybody_signs_in(demo: DemoProcess, someone: Mapping[str, Person]) -> None:
    """Each person shows the one thing they are there for."""
    (page,) = await signed_in(demo, someone["alice"], "wiki")
    assert (someone["alice"].steps, claims_shown(page)["amr"]) == (ENROLS, BOTH_STEPS)
    (page,) = await signed_in(demo, someone["bob"], "wiki")
    assert someone["bob"].steps == ["password", "second-factor", "consent"]
    assert claims_shown(page)["amr"] == BOTH_STEPS
    (page,) = await signed_in(demo, someone["carol"], "wiki")
    assert (someone["carol"].steps, claims_shown(page, "userinfo")["groups"]) == (ENROLS, ["admins"])
    by_password, by_both = await signed_in(demo, someone["dave"], "notes", "wiki")
    assert (claims_shown(by_password)["acr"], claims_shown(by_both)["acr"]) == ("1fa", "2fa")
    assert someone["dave"].steps == ["enrolment", "recovery-codes", "consent"]


async def mails_are_shown(demo: DemoProcess) -> None:
    """Alice reads that two-factor is on, and gets a link that works; nothing was written when the demo was made."""
    async with Browser(visits=[demo.told["issuer"]]) as browser:
        page = await browser.open(f"{demo.told['rp']}/wiki")
        page = await (await page.click("Sign in to Wiki")).click("Forgot your password?")
        await page.submit(username="alice")
        async with asyncio.timeout(10):
            page = await browser.open(f"{demo.told['rp']}/inbox")
            while not page.has("/reset-password?"):
                await asyncio.sleep(0.2)
                page = await page.reload()
        assert "Two-factor is on for your" in page.text
        assert "bob@example.com" not in page.text.partition("A new browser")[0]
        page = await page.click("/reset-password?")
        assert (page.step, page.fields["username"].value) == ("new-password", "alice")


async def commands_work_on_it(folder: Path) -> None:
    """`IDP_DATA_DIR=DIR idp user …` while it runs."""
    listed = await idp(folder, "user", "list", "--json")
    assert [each["username"] for each in listed] == ["alice", "bob", "carol", "dave"]


async def nobody_listens(told: Mapping[str, Any]) -> None:
    """Both ports are closed."""
    async with httpx2.AsyncClient() as http:
        for url in (told["issuer"], told["rp"]):
            with pytest.raises(httpx2.ConnectError):
                await http.get(url)
