"""Every attempt of a person is a security event that says who, what, where, how it ended and why (V16.3.1, V16.3.2)."""

from __future__ import annotations

from tests.drivers.browser_http import Browser
from tests.drivers.provider import Provider
from tests.drivers.scenes import details, disable, enrolled, events, sign_in


async def test_a_first_sign_in_in_order(provider: Provider, browser: Browser) -> None:
    """V16.2.1: one row each, all of the same person, client and Interaction."""
    wiki, alice = await provider.app(), await provider.person()
    before = len(await events(provider))
    await sign_in(wiki, alice, browser)
    rows = (await events(provider))[before:]
    assert [row["kind"] for row in rows] == [
        "password_proved",
        "enrolment_started",
        "enrolment_confirmed",
        "recovery_codes_made",
        "recovery_codes_acknowledged",
        "sign_in_completed",
    ]
    assert len({row["user_id"] for row in rows}) == 1
    assert {row["client_id"] for row in rows} == {"wiki"}
    query = "SELECT count(DISTINCT interaction_id), count(DISTINCT request_id), bool_and(personal IS NOT NULL) "
    query += "FROM security_events WHERE interaction_id IS NOT NULL"
    interactions, requests, sealed = await provider.services.database.fetchrow(query) or (0, 0, False)
    assert (interactions, requests, sealed) == (1, 4, True)  # confirming and making codes share a request


async def test_every_kind_of_refusal(provider: Provider, browser: Browser) -> None:
    """V16.3.1: wrong, unknown, switched off; wrong and replayed codes; each with the count."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    carol = await provider.person("carol")
    await disable(provider, carol)
    page = await browser.open(await wiki.authorization_url())
    for name, typed in (("alice", "wrong"), ("nobody", "wrong"), ("carol", carol.password)):
        page = await page.submit(username=name, password=typed)
    refused = [(each["reason"], each["failures"]) for each in await details(provider, "password_refused")]
    assert refused == [("wrong", 1), ("unknown_name", 1), ("user_disabled", 1)]
    page = await page.submit(username="alice", password=alice.password)
    code = alice.app_code()
    async with Browser() as other:
        beside = await alice.sign_in(await other.open(await wiki.authorization_url()), until="second-factor")
        await beside.submit(code=code)
    page = await page.submit(code=code)
    assert "already used" in page.alerts[0]
    await page.submit(code="000000")
    refused = [(each["reason"], each["failures"]) for each in await details(provider, "factor_refused")]
    assert refused == [("replayed", 1), ("wrong", 2)]


async def test_an_unknown_name_is_sealed(provider: Provider, browser: Browser) -> None:
    """V16.2.5: people type passwords into the name; it stands in no column in clear."""
    wiki = await provider.app()
    page = await browser.open(await wiki.authorization_url())
    await page.submit(username="my secret by mistake", password="x")
    (event,) = await events(provider, "password_refused")
    assert event["user_id"] is None
    assert "mistake" not in str(event)


async def test_leaving_and_going_back(provider: Provider, browser: Browser) -> None:
    """Cancelled, with the step; signed out, by whom."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    await page.submit(button="Cancel and return to wiki")
    assert await details(provider, "sign_in_cancelled") == [{"step": "ProveFactor"}]
    await sign_in(wiki, alice, browser)
    await (await browser.open(provider.issuer.url("/logout"))).submit(button="Sign out")
    (event,) = await events(provider, "signed_out")
    assert event["details"] == {"by": "person"}
    assert event["session_id"] is not None
