"""What all management use cases share: how a refusal is said, and finding what a name means."""

from idp.directory.group import Group, group_key
from idp.directory.invalid import InvalidValue
from idp.directory.user import User, login_name
from idp.oidc.client import Client
from idp.storage import clients, groups, users
from idp.storage.database import Executor
from idp.values.ids import ClientId

LONGEST_REASON = 200


class Refused(Exception):
    """A change that cannot be made: one sentence for whoever asked. Nothing was changed."""


class NotFound(Refused):
    """What was named does not exist."""


async def found_user(executor: Executor, name: str) -> User:
    """The person of a user name or verified address, kept from changing. Raises NotFound."""
    try:
        user = await users.find(executor, login_name(name))
    except InvalidValue:
        user = None
    if user is None:
        raise NotFound(f"There is no user {_quoted(name)}.")
    return user


async def found_group(executor: Executor, name: str) -> Group:
    """The group of that name, in whatever case it is typed. Raises NotFound."""
    key = group_key(name)
    for listed in await groups.listed(executor):
        if group_key(listed.group.name) == key:
            return listed.group
    raise NotFound(f"There is no group {_quoted(name)}.")


async def found_client(executor: Executor, client_id: str) -> Client:
    """The client of that id, kept from changing. Raises NotFound."""
    client = await clients.find(executor, ClientId(client_id))
    if client is None:
        raise NotFound(f"There is no client {_quoted(client_id)}.")
    return client


def given_reason(text: str) -> str:
    """A reason on one line, for the security event. Raises Refused for none, or one that is too long."""
    reason = " ".join(text.split())
    if not reason or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise Refused(f"Give a reason of at most {LONGEST_REASON} characters.")
    return reason


def _quoted(name: str) -> str:
    """As typed, on one line, without what a terminal would obey."""
    return "".join(character if character.isprintable() else "?" for character in name)[:100]
