"""Fixtures of mails: a provider that knows a mail server, and that server's mailbox."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from idp.settings import Settings
from tests.drivers.command_line import CommandLine, of_database
from tests.drivers.database import FreshDatabase
from tests.drivers.mailbox import Mailbox, mailbox

SENDER = "login@example.org"


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    """Everybody's."""
    async with mailbox() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, box: Mailbox) -> Settings:
    """With a mail server."""
    return settings.model_copy(update={"smtp_url": box.url, "smtp_from": SENDER})


@pytest.fixture
def idp(fresh: FreshDatabase, box: Mailbox) -> CommandLine:
    """The command line over the same database, and the same mail server."""
    plain = of_database(fresh)
    return CommandLine({**plain.environ, "IDP_SMTP_URL": box.url.expose(), "IDP_SMTP_FROM": SENDER})
