"""What is sealed under a root key is known to the rotation of root keys, and nobody makes up a Place of his own."""

import re

from idp.storage.places import COLUMNS
from tests.house.code import ROOT, calls, sources

TABLE = re.compile(r"\b(?:CREATE|ALTER) TABLE (?:ONLY )?(\w+)")
COLUMN = re.compile(r"\b(sealed_\w+) bytea\b")

# The second: security events, sealed under keys of persons, which no rotation of root keys touches.
MAKERS = {"idp/storage/places.py", "idp/keystore/audit_sealing.py"}


def test_every_sealed_column_of_the_migrations_is_sealed_anew() -> None:
    found = set()
    for path in ROOT.glob("migrations/*.sql"):
        for statement in path.read_text(encoding="utf-8").split(";"):
            table = TABLE.search(statement)
            found |= {(table[1], column) for column in COLUMN.findall(statement) if table}
    assert found
    assert found == {(each.table, each.column) for each in COLUMNS}


def test_places_are_made_in_one_module() -> None:
    makers = {source.path for source in sources("idp", "bench") for _, call in calls(source) if call == "Place"}
    assert makers == MAKERS
