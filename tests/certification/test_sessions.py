"""Who is asked again and who is not: prompt, max_age and id_token_hint (OIDC Core 3.1.2.1), second factor included."""

from __future__ import annotations

import secrets

import pytest

from tests.certification.client import Done
from tests.certification.flow import NEEDS_A_PERSON, Flow
from tests.certification.modules import module

BOTH_STEPS = ("password", "second-factor")
TRICKY_STATE = "-._~"


def asked_everything(done: Done) -> bool:
    """Whether the person proved both things again."""
    return tuple(step for step in done.steps if step != "consent") == BOTH_STEPS


def signed_in_earlier(second: Done, first: Done) -> None:
    """The second ID token speaks of the very sign-in of the first, and no page was shown."""
    assert second.steps == ()
    assert second.claims["sub"] == first.claims["sub"]
    assert second.claims.get("auth_time") == first.claims.get("auth_time")


@module("oidcc-prompt-login")
async def test_oidcc_prompt_login(flow: Flow) -> None:
    """OIDC Core 3.1.2.1: asked again though signed in, with a later auth_time."""
    first = await flow.complete()
    assert asked_everything(first)
    flow.suite.clock.advance(seconds=2)
    second = await flow.complete(prompt="login")
    assert asked_everything(second)
    assert second.claims["sub"] == first.claims["sub"]
    assert second.claims["auth_time"] > first.claims["auth_time"]


@module("oidcc-prompt-none-not-logged-in")
async def test_oidcc_prompt_none_not_logged_in(flow: Flow) -> None:
    """OIDC Core 3.1.2.6: an error instead of a page, and a long state comes back intact."""
    state = (secrets.token_urlsafe(128) + TRICKY_STATE)[-128:]
    page = await flow.visit(prompt="none", state=state)
    flow.refused(await flow.handed_over(page), *NEEDS_A_PERSON)
    assert flow.person.steps == []


@module("oidcc-prompt-none-logged-in")
async def test_oidcc_prompt_none_logged_in(flow: Flow) -> None:
    """OIDC Core 3.1.2.1: an answer without any page; the consent of the first round is remembered."""
    first = await flow.complete()
    flow.suite.clock.advance(seconds=2)
    signed_in_earlier(await flow.complete(prompt="none"), first)


@module("oidcc-id-token-hint")
async def test_oidcc_id_token_hint(flow: Flow) -> None:
    """OIDC Core 3.1.2.1: with the hint of an earlier sign-in as well."""
    first = await flow.complete()
    flow.suite.clock.advance(seconds=2)
    signed_in_earlier(await flow.complete(prompt="none", id_token_hint=first.id_token), first)


@module("oidcc-max-age-1")
async def test_oidcc_max_age_1(flow: Flow) -> None:
    """OIDC Core 3.1.2.1: two seconds later the sign-in is too old."""
    first = await flow.complete()
    flow.suite.clock.advance(seconds=2)
    second = await flow.complete(max_age="1")
    assert asked_everything(second)
    assert second.claims["auth_time"] > first.claims["auth_time"]
    assert second.claims["auth_time"] == pytest.approx(flow.suite.clock().timestamp(), abs=5)


@module("oidcc-max-age-10000")
async def test_oidcc_max_age_10000(flow: Flow) -> None:
    """OIDC Core 3.1.2.1, 2: young enough, and both tokens say when it was."""
    first = await flow.complete(max_age="10000")
    flow.suite.clock.advance(seconds=2)
    signed_in_earlier(await flow.complete(max_age="10000"), first)
