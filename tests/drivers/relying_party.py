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
from tests.drivers.server import bound_sockets, serving


def claims_shown(page: Page, which: Literal["id_token", "userinfo"] = "id_token") -> Mapping[str, Any]:
    """The claims that the app shows as JSON, as it received them."""
    found = re.search(rf'<pre data-claims="{which}">(.*?)</pre>', page.html, re.DOTALL)
    assert found is not None, f"no {which} is shown on {page!r}"
    claims: Mapping[str, Any] = json.loads(unescape(found[1]))
    return claims


def base_url_of(sockets: list[socket.socket]) -> str:
    """Where the app will be: 127.0.0.1, another site than the provider's localhost."""
    return f"http://127.0.0.1:{sockets[0].getsockname()[1]}"


@asynccontextmanager
async def demo_relying_party(
    *,
    issuer: str,
    clients: Sequence[DemoClient],
    people: Sequence[DemoPerson] = (),
    sockets: list[socket.socket] | None = None,
) -> AsyncIterator[str]:
    """Serve the app, on `sockets` where its address had to be registered first. Gives its base URL."""
    bound = bound_sockets() if sockets is None else sockets
    base_url = base_url_of(bound)
    app = create_relying_party(
        issuer=issuer, base_url=base_url, clients=clients, session_secret="of one test", people=people
    )
    async with serving(app, bound):
        yield base_url
