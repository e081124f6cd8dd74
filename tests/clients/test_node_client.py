"""The independent client installs from its lock and speaks; its journeys stand beside the provider's."""

from __future__ import annotations

import json

import pytest

from tests.clients.node_client import LOCK, OpenidClient, RefusedError


async def test_it_starts_and_refuses_what_it_does_not_know() -> None:
    """The line protocol answers each command, errors too."""
    async with await OpenidClient.start() as client:
        with pytest.raises(RefusedError, match="no such command: sing"):
            await client.ask("sing")
        with pytest.raises(RefusedError, match=r"fetch failed|ECONNREFUSED"):
            await client.discover("http://127.0.0.1:9", client_id="a", client_secret=None, redirect_uri="http://x/cb")


def test_the_lock_names_contents_and_no_addresses() -> None:
    """A lock with addresses would pin one registry; the hashes alone pin the contents."""
    packages = json.loads(LOCK.read_text())["packages"]
    installed = {name: each for name, each in packages.items() if name}
    assert "node_modules/openid-client" in installed
    assert all("resolved" not in each for each in installed.values())
    assert all(each["integrity"].startswith("sha512-") for each in installed.values())
