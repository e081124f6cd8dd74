"""V6.3.8: nobody learns from an answer, its headers or its work whether somebody has a name."""

from __future__ import annotations

import re

import pytest

from idp.authenticators import password
from idp.values.secrets import Password
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.provider import Provider
from tests.drivers.scenes import Counter, disable, enrolled

Scene = tuple[Provider, AuthlibClient]

VARIES = re.compile(
    r'name="csrf" value="[^"]*"|/interaction/[0-9a-f-]+|value="(alice|carol|nobody|carlos)"|app=[\w%-]+'
    r"|challenge&#34;: ?&#34;[\w-]+",
    re.ASCII,
)


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The costs of each hash verified, in order: the real function, looked at."""
    seen: list[str] = []
    real = password.verify

    def verify(stored: str, typed: Password) -> bool:
        seen.append(stored.partition("$v=19$")[2].partition("$")[0])
        return real(stored, typed)

    monkeypatch.setattr(password, "verify", verify)
    return seen


def normal(text: str) -> str:
    """Without what differs between any two sign-ins."""
    return VARIES.sub("…", text)


def seen(page: Page) -> list[tuple[int, dict[str, str], str]]:
    """Status, headers and body of each answer on the way, normalised."""
    return [
        (
            each.status,
            {name: normal(value) for name, value in each.headers.items() if name not in {"date", "content-length"}},
            normal(each.html),
        )
        for each in (*page.trail, page)
    ]


async def answers(scene: Scene, username: str, typed: str, times: int = 1) -> tuple[object, int]:
    """What a browser sees of that many tries, and how many statements were sent."""
    provider, wiki = scene
    async with Browser() as browser:
        page = await browser.open(await wiki.authorization_url())
        with Counter(provider=provider) as sent:
            trail = []
            for _ in range(times):
                page = await page.submit(username=username, password=typed)
                trail.append(seen(page))
    return trail, sent.statements


@pytest.fixture
async def people(provider: Provider) -> Scene:
    """Alice with an app, carol without one and switched off."""
    wiki = await provider.app()
    await enrolled(provider, wiki)
    await disable(provider, await provider.person("carol"))
    return provider, wiki


@pytest.mark.parametrize("other", ["nobody", "carol"])
async def test_a_wrong_password_and_an_unknown_name(people: Scene, hashes: list[str], other: str) -> None:
    """Same body, status, headers, statements and hashes; for somebody switched off as well."""
    known = await answers(people, "alice", "wrong")
    cost = list(hashes)
    hashes.clear()
    assert await answers(people, other, "wrong") == known
    assert hashes == cost
    assert len(cost) == 1


async def test_a_pause_and_an_unknown_name(people: Scene, hashes: list[str]) -> None:
    """Twelve tries: the pause begins and holds alike, and a held try costs no hash for either."""
    known = await answers(people, "alice", "wrong", 12)
    cost = list(hashes)
    hashes.clear()
    assert await answers(people, "nobody", "wrong", 12) == known
    assert hashes == cost
    assert len(cost) == 10


@pytest.mark.parametrize("typed", ["", "x" * 257, "x" * 5000, "\u2028"])
async def test_odd_passwords_and_an_unknown_name(people: Scene, typed: str) -> None:
    """N-03: too long is simply wrong, never cut, and alike for both."""
    assert await answers(people, "nobody", typed) == await answers(people, "alice", typed)


async def test_a_person_switched_off_learns_it_only_by_the_right_password(people: Scene) -> None:
    provider, wiki = people
    async with Browser() as browser:
        page = await browser.open(await wiki.authorization_url())
        page = await page.submit(username="carol", password="correct horse battery staple")
        assert "switched off" in page.alerts[0]
    assert "password_proved" not in (await provider.events())[-3:]
