"""Accounts: the one-row view of a person that sign-ins are decided on."""

from asyncpg import Record

from idp.directory.preferences import Preferences
from idp.policy.account import Account, Exemption
from idp.policy.remembered import Remembered
from idp.policy.rules import RuleId
from idp.storage.database import Executor
from idp.storage.policy_rules import rule_of
from idp.values.ids import GroupId, RememberedId, Subject, UserId

REMEMBERED = "m.id AS remembered_id, m.remembered_at, m.expires_at AS remembered_until"
"""Of `remembered_browsers m`: the one at hand."""

ACCOUNT = "SELECT a.* FROM accounts a WHERE a.id = $1"


async def find(executor: Executor, user: UserId) -> Account | None:
    """The account of a user id, None where there is none."""
    row = await executor.fetchrow(ACCOUNT, user)
    return account_of(row) if row else None


def account_of(row: Record) -> Account | None:
    """The Account in a row that holds the columns of `accounts` under their own names; None where its id is null.

    And those of `REMEMBERED`, where what is decided may rest on a remembered browser.
    """
    if row["id"] is None:
        return None
    return Account(
        user=UserId(row["id"]),
        subject=Subject(row["sub"]),
        username=row["username"],
        email=row["email"],
        active=row["status"] == "active",
        version=row["version"],
        password_change_demanded=row["change_demanded"],
        password_long_enough_alone=row["long_enough_alone"],
        apps=row["apps"],
        keys=row["keys"],
        suspended=row["suspended"],
        enrolment_pass_demanded=row["enrolment_pass_demanded"],
        codes_saved=row["codes_saved"],
        codes_left=row["codes_left"],
        code_digits=tuple(row["code_digits"]),
        groups=frozenset(GroupId(group) for group in row["groups"]),
        own_rule=None if row["rule_demand"] is None else rule_of(row, "rule_"),
        exemption=_exemption(row),
        had_factor=row["had_factor"],
        applied={RuleId(rule): at for rule, at in zip(row["applied_rules"], row["rules_applied_at"], strict=True)},
        remembered=_remembered(row),
        preferences=Preferences(locale=row["locale"], zoneinfo=row["zoneinfo"], theme=row["theme"]),
        audit_salt=row["audit_salt"],
    )


def _remembered(row: Record) -> Remembered | None:
    if row.get("remembered_id") is None:
        return None
    return Remembered(id=RememberedId(row["remembered_id"]), since=row["remembered_at"], until=row["remembered_until"])


def _exemption(row: Record) -> Exemption | None:
    if row["exempt_until"] is None:
        return None
    return Exemption(until=row["exempt_until"], reason=row["exempt_reason"])
