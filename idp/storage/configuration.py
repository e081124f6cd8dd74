"""Configuration as rows: values and second-factor rules, read into one immutable value that the cache keeps."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from idp.keystore.keyring import Keyring
from idp.keystore.sealing import Sealer
from idp.keystore.service_keys import ServiceKeys
from idp.policy.rules import Rule, Rules
from idp.storage.config_values import ConfigValues, of
from idp.storage.database import Executor, Untyped
from idp.storage.policy_rules import rule_of
from idp.values.ids import ClientId, GroupId

# One statement, so that the rules are those of the version beside them.
VALUES_AND_RULES = """
SELECT
    (SELECT coalesce(jsonb_object_agg(name, value), '{}') FROM configuration) AS config_values,
    (SELECT version FROM policy_version) AS version,
    (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'target', r.target_kind, 'client', r.client_id, 'group', r.group_id, 'group_name', g.name,
            'id', r.id, 'level', r.level, 'starts_at', r.starts_at, 'grace_days', r.grace_days,
            'enrolment_pass', r.enrolment_pass, 'remember_days', r.remember_days
        )), '[]')
        FROM policy_rules r LEFT JOIN groups g ON g.id = r.group_id WHERE r.target_kind <> 'user'
    ) AS rules
"""

SET_VALUE = """
INSERT INTO configuration (name, value, changed_at) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET value = $2, changed_at = $3
"""

UNSET_VALUE = "DELETE FROM configuration WHERE name = $1"

STORED_VALUES = "SELECT name, value FROM configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What changes rarely and is asked all the time, as it was at one moment. Clients are read one by one."""

    values: ConfigValues
    rules: Rules
    keyring: Keyring
    service_keys: ServiceKeys
    sealer: Sealer


async def values_and_rules(executor: Executor) -> tuple[ConfigValues, Rules]:
    """What is set, and every rule that is not about one user."""
    row = await executor.fetchrow(VALUES_AND_RULES)
    if row is None:
        raise AssertionError("a SELECT without FROM gives one row")
    return of(row["config_values"]), _rules(row["version"], row["rules"])


async def stored_values(executor: Executor) -> dict[str, object]:
    """Only what was set, as JSON values."""
    return {row["name"]: row["value"] for row in await executor.fetch(STORED_VALUES)}


async def set_value(executor: Executor, name: str, value: object, at: datetime) -> None:
    """`value` is any JSON value; check it first with `config_values.of`."""
    await executor.execute(SET_VALUE, name, value, at)


async def unset_value(executor: Executor, name: str) -> None:
    """Back to the default."""
    await executor.execute(UNSET_VALUE, name)


def _rules(version: int, rows: list[dict[str, Untyped]]) -> Rules:
    groups = [row for row in rows if row["target"] == "group"]
    return Rules(
        version=version,
        server=next((_rule(row) for row in rows if row["target"] == "server"), None),
        clients={ClientId(row["client"]): _rule(row) for row in rows if row["target"] == "client"},
        groups={GroupId(UUID(row["group"])): _rule(row) for row in groups},
        group_names={GroupId(UUID(row["group"])): row["group_name"] for row in groups},
    )


def _rule(row: dict[str, Untyped]) -> Rule:
    starts_at = row["starts_at"] and datetime.fromisoformat(row["starts_at"])
    return rule_of({**row, "id": UUID(row["id"]), "starts_at": starts_at})
