"""Which failures mean «the database cannot be reached now», as opposed to «this statement is wrong»."""

import asyncpg


class DatabaseUnavailable(Exception):
    """503: no connection, a connection lost, or a database too busy to answer. A statement may have run."""

    retry_after_seconds = 2


LOST = (
    OSError,  # refused, reset, no such socket; and TimeoutError, which is one
    asyncpg.PostgresConnectionError,  # class 08
    asyncpg.OperatorInterventionError,  # class 57: shutdown, starting up, statement timeout
    asyncpg.InsufficientResourcesError,  # class 53: too many connections, disk full
    asyncpg.TransactionRollbackError,  # class 40: chosen as the victim of a deadlock, and undone
    asyncpg.ReadOnlySQLTransactionError,  # a standby that has not taken over yet
    asyncpg.InternalClientError,  # asyncpg's own word where the farewell of a dying server meets the next statement
)
"""Raised by a statement on an open connection."""

REFUSED = (
    *LOST,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InterfaceError,
)
"""Raised while connecting."""


def told(error: BaseException) -> str:
    """One line that says what happened; PostgreSQL's messages name roles and databases, never passwords."""
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
