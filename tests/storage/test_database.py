"""Statements, transactions, and what happens when the database goes away."""

from idp.storage.database import Database
from idp.usecases.services import Services


async def test_services_open(services: Services) -> None:
    configuration = await services.configuration()
    assert set(configuration.keyring.algs()) == {"RS256", "ES256"}


async def test_each_statement_counts_begin_and_commit_too(database: Database) -> None:
    await database.fetchval("SELECT 1")
    assert database.statements == 1
    async with database.transaction() as transaction:
        await transaction.execute("SELECT 1")
    assert database.statements == 4
