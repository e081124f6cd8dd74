"""How what is sealed under a root key is sealed anew, in batches while the service runs; `places` says what that is.

The octets of an envelope name their key (kind, then six octets of key id), so the database itself finds what is left.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from idp.storage.database import Executor
from idp.storage.places import COLUMNS, SealedColumn
from idp.values.sealed import Place, Sealed

BATCH = 200


LEFT = """
SELECT {row} AS place, {column} AS octets FROM {table}
WHERE {column} IS NOT NULL AND substring({column} FROM 2 FOR 6) <> decode($1, 'hex') LIMIT $2
"""

# Only where the row still holds what was opened: somebody may have replaced it meanwhile.
REPLACE = """
UPDATE {table} t SET {column} = n.sealed_anew
FROM unnest($1::text[], $2::bytea[], $3::bytea[]) AS n(row, sealed_before, sealed_anew)
WHERE {match} AND t.{column} = n.sealed_before
"""

NEEDED = " UNION ".join(
    f"SELECT encode(substring({each.column} FROM 2 FOR 6), 'hex') AS id FROM {each.table} "
    f"WHERE {each.column} IS NOT NULL"
    for each in COLUMNS
)

# One that was active an hour ago may still be used by a node that has not heard of the rotation.
FORGET_ROOTS = f"""
DELETE FROM root_keys r WHERE NOT r.active AND r.id NOT IN ({NEEDED})
    AND EXISTS (SELECT FROM root_keys n WHERE n.active AND n.created_at < $1::timestamptz - interval '1 hour')
RETURNING r.id
"""


async def reseal_batch(
    executor: Executor, column: SealedColumn, active_id: str, reseal: Callable[[Sealed, Place], Sealed]
) -> int:
    """Seal the next rows anew that are not sealed under the active key; returns how many it looked at."""
    statement = LEFT.format(row=column.row, column=column.column, table=column.table)
    rows = await executor.fetch(statement, active_id, BATCH)
    if not rows:
        return 0
    before: Sequence[bytes] = [row["octets"] for row in rows]
    places: Sequence[str] = [row["place"] for row in rows]
    anew = [reseal(Sealed(octets), column.place(place)).octets for place, octets in zip(places, before, strict=True)]
    replace = REPLACE.format(table=column.table, column=column.column, match=column.match)
    await executor.execute(replace, places, before, anew)
    return len(rows)


async def forget_unneeded_roots(executor: Executor, at: datetime) -> tuple[str, ...]:
    """Take root keys off the list under which nothing is sealed any more; their files may then be removed."""
    return tuple(row["id"] for row in await executor.fetch(FORGET_ROOTS, at))
