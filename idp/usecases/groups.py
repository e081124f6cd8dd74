"""Groups: made, listed, shown, removed; who belongs to them."""

from dataclasses import dataclass

from idp.audit.directory import GroupCreated, GroupDeleted, MemberAdded, MemberRemoved
from idp.directory.group import Group, group_key, group_name
from idp.directory.permissions import Permission
from idp.storage import groups
from idp.storage.groups import Listed
from idp.usecases.management import Refused, found_group, found_user
from idp.usecases.services import Services
from idp.usecases.unit import Unit
from idp.values.entropy import ordered_uuid
from idp.values.ids import GroupId

__all__ = ["Listed", "Shown", "add", "add_member", "list_groups", "remove", "remove_member", "show"]

PERMISSION = Permission.GROUPS_WRITE
READING = Permission.GROUPS_READ


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A group and the names of its members."""

    group: Group
    members: tuple[str, ...]


async def add(unit: Unit, name: str) -> Group:
    """A group without members. Raises InvalidValue, and Refused where one is called so in whatever case."""
    shown = group_name(name)
    await groups.lock(unit.connection)
    if any(group_key(listed.group.name) == group_key(shown) for listed in await groups.listed(unit.connection)):
        raise Refused("There is a group of that name already.")
    made = Group(id=GroupId(ordered_uuid(unit.services.entropy, unit.at)), name=shown)
    await groups.insert(unit.connection, made, unit.at)
    await unit.record(GroupCreated(group=made.id, name=made.name))
    return made


async def list_groups(services: Services) -> list[Listed]:
    """Every group, by name."""
    return await groups.listed(services.database)


async def show(services: Services, name: str) -> Shown:
    """One group. Raises NotFound."""
    group = await found_group(services.database, name)
    return Shown(group=group, members=tuple(await groups.members(services.database, group.id)))


async def remove(unit: Unit, name: str) -> Group:
    """Its memberships and its policy rule go with it. Raises NotFound."""
    group = await found_group(unit.connection, name)
    await groups.delete(unit.connection, group.id)
    await unit.record(GroupDeleted(group=group.id, name=group.name))
    return group


async def add_member(unit: Unit, name: str, username: str) -> bool:
    """False where the person belonged to it already. Raises NotFound."""
    group, user = await found_group(unit.connection, name), await found_user(unit.connection, username)
    if not await groups.add_member(unit.connection, group.id, user.id):
        unit.nothing_changed()
        return False
    await unit.record(MemberAdded(group=group.id, name=group.name), user=user.id)
    return True


async def remove_member(unit: Unit, name: str, username: str) -> bool:
    """False where the person did not belong to it. Raises NotFound."""
    group, user = await found_group(unit.connection, name), await found_user(unit.connection, username)
    if not await groups.remove_member(unit.connection, group.id, user.id):
        unit.nothing_changed()
        return False
    await unit.record(MemberRemoved(group=group.id, name=group.name), user=user.id)
    return True
