"""`idp check`: the configuration doctor. Changes nothing; ends with status 1 where something is an error."""

import asyncio
import os
from contextlib import ExitStack

import typer

from idp.commands.call import POOL_SIZE
from idp.commands.output import Json, table, tell
from idp.composition import CANNOT_START, clock, open_services
from idp.outbound.trust import trusted
from idp.server.schema import NO_DATABASE, pointed_at, require_current, start_embedded
from idp.server.tls import Tls, TlsFailed
from idp.settings import Settings, SettingsError
from idp.storage.migrate import MigrationFailed
from idp.usecases import check
from idp.usecases.check import Finding

_SIGNS = {"ok": "ok", "warn": "WARN", "error": "ERROR"}


def run(*, as_json: Json = False) -> None:
    """Look at settings, database, keys, policy and clients, and say what is wrong."""
    findings = _findings()
    rows = [[_SIGNS[each.level], each.subject, each.words] for each in findings]
    documents = [{"level": each.level, "subject": each.subject, "words": each.words} for each in findings]
    tell(documents, lambda: table(("", "", ""), rows, empty="").lstrip("\n"), as_json=as_json)
    if any(each.level == "error" for each in findings):
        raise typer.Exit(1)


def _findings() -> list[Finding]:
    try:
        settings = Settings.load(os.environ)
    except SettingsError as wrong:
        return [check.error("settings", line) for line in str(wrong).splitlines()]
    return [
        check.ok("settings", "are well-formed"),
        *_tls(settings),
        *_authorities(settings),
        *check.of_settings(settings),
        *_inside(settings),
    ]


def _tls(settings: Settings) -> list[Finding]:
    if not settings.tls_cert or not settings.tls_key:
        return []
    try:
        Tls(certificate=settings.tls_cert, key=settings.tls_key).context()
    except TlsFailed as wrong:
        return [check.error("tls", str(wrong))]
    return [check.ok("tls", "certificate and key belong together")]


def _authorities(settings: Settings) -> list[Finding]:
    if settings.fetch_ca_file is None:
        return []
    try:
        trusted(settings.fetch_ca_file)
    except SettingsError as wrong:
        return [check.error("authorities", str(wrong))]
    return [check.ok("authorities", f"of {settings.fetch_ca_file} are trusted beside the system's")]


def _inside(settings: Settings) -> list[Finding]:
    """What needs the database; an embedded one that was never started is not made for this."""
    if settings.database_url is None and not (settings.postgres_folder / "cluster").exists():
        return [check.warn("database", "does not exist yet: the first start makes it")]
    try:
        with ExitStack() as stack, asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            if settings.database_url is None:
                settings = pointed_at(settings, stack.enter_context(start_embedded(settings)))
            return runner.run(_of_service(settings))
    except MigrationFailed as wrong:
        return [check.error("schema", str(wrong))]
    except NO_DATABASE as wrong:
        return [check.error("database", str(wrong))]
    except SettingsError:
        return []  # of the authorities, which said so themselves
    except CANNOT_START as wrong:
        return [check.error("root keys", str(wrong))]


async def _of_service(settings: Settings) -> list[Finding]:
    await require_current(settings)
    async with open_services(settings, pool_size=POOL_SIZE) as services:
        schema = check.ok("schema", "is this version's")
        return [schema, *await check.of_service(services, clock())]
