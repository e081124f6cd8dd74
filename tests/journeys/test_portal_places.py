"""Where a setting names a file on this machine that says where addresses are, the portal says it too."""

from __future__ import annotations

from pathlib import Path

import pytest

from idp.settings import Settings
from tests.drivers.browser_http import Browser
from tests.drivers.place_file import place_file
from tests.drivers.provider import Provider


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    path = tmp_path / "places.mmdb"
    path.write_bytes(place_file({"127.0.0.1": ("Berlin", "Germany")}))
    return settings.model_copy(update={"geoip_file": path})


async def test_beside_each_address_of_sessions_and_activity(provider: Provider, browser: Browser) -> None:
    alice = await provider.person()
    page = await alice.sign_in(await browser.open(provider.issuer.url("/account/sessions")))
    assert "127.0.0.1 (Berlin, Germany) · signed in" in page.text
    assert "127.0.0.1 (Berlin, Germany)" in (await page.click("Activity")).text
