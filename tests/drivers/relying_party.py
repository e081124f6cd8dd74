"""The demo relying app as a test meets it: served on a real socket, its pages read.

    async with demo_relying_party(issuer=issuer, clients=[...]) as base_url, Browser(visits=[issuer]) as browser:
        page = await (await browser.open(base_url)).click("Sign in to Wiki")
        ...
        assert page.step == "demo-signed-in"
        assert claims_shown(page)["amr"] == ["pwd", "otp", "mfa"]

`data-step` of its pages: demo-home, demo-app, demo-signed-in, demo-signed-out, demo-problem.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from html import unescape
from typing import Any, Literal

from idp.demo.relying_party import DemoClient, DemoPerson, create_relying_party
from tests.drivers.page import Page
from tests.drivers.serving import listen, serving, url_of


def claims_shown(page: Page, which: Literal["id_token", "userinfo"] = "id_token") -> Mapping[str, Any]:
    """The claims that the app shows as JSON, as it received them."""
    found = re.search(rf'<pre data-claims="{which}">(.*?)</pre>', page.html, re.DOTALL)
    assert found is not None, f"no {which} is shown on {page!r}"
    claims: Mapping[str, Any] = json.loads(unescape(found[1]))
    return claims


@asynccontextmanager
async def demo_relying_party(
    *, issuer: str, clients: Sequence[DemoClient], people: Sequence[DemoPerson] = (), bound: socket.socket | None = None
) -> AsyncIterator[str]:
    """Serve the app, on `bound` where its address had to be registered first. Gives its base URL."""
    own = bound if bound is not None else listen()
    base_url = url_of(own)
    app = create_relying_party(
        issuer=issuer, base_url=base_url, clients=clients, session_secret="of one test", people=people
    )
    async with serving(app, own):
        yield base_url
