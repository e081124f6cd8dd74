"""Every statement of the storage room is understood by the migrated schema, under the server's own role."""

import importlib
import pkgutil
import re

import pytest

from idp import storage
from idp.storage import places, purge, resealing
from idp.storage.pool import connect
from tests.drivers.database import FreshDatabase

STATEMENT = re.compile(r"\s*(WITH|SELECT|INSERT|UPDATE|DELETE)\s")
HOLE = re.compile(r"\{\w")
"""A part to be filled in, unlike `'{}'`, the empty array."""
OWNERS = {"idp.storage.migrate", "idp.storage.roles"}
"""Run before the server's role exists or may see anything."""


def statements() -> list[tuple[str, str]]:
    found = []
    for module in pkgutil.iter_modules(storage.__path__, "idp.storage."):
        if module.name in OWNERS:
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if (
                name.isupper()
                and isinstance(value, str)
                and STATEMENT.match(value)
                and "{" not in value.replace("'{}'", "")
            ):
                found.append((f"{module.name.rpartition('.')[2]}.{name}", value))
    found += [(f"purge.{each.table}", each.statement) for each in purge.PURGES]
    for each in places.COLUMNS:
        names = {"table": each.table, "column": each.column, "row": each.row, "match": each.match}
        found.append((f"resealing.left.{each.table}.{each.column}", resealing.LEFT.format(**names)))
        found.append((f"resealing.replace.{each.table}.{each.column}", resealing.REPLACE.format(**names)))
    return found


@pytest.fixture(scope="module")
def all_statements() -> list[tuple[str, str]]:
    return statements()


async def test_every_statement_prepares(fresh: FreshDatabase, all_statements: list[tuple[str, str]]) -> None:
    connection = await connect(fresh.server)
    failed = {}
    for name, statement in all_statements:
        try:
            await connection.prepare(statement)
        except Exception as error:  # noqa: BLE001 - whatever it is, all of them are to be listed
            failed[name] = str(error)
    await connection.close()
    assert failed == {}
    assert len(all_statements) > 50
