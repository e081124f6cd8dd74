"""Users: made, listed, shown. What changes of one stands in user_profile, user_access, managed_passwords."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from idp.audit.directory import EmailVouchedFor, UserCreated
from idp.directory.email import email
from idp.directory.permissions import Permission
from idp.directory.user import User, login_name, username
from idp.keystore.audit_sealing import SALT_LENGTH
from idp.storage import groups, user_lists, users
from idp.storage.user_lists import Listed, Lock, Shown
from idp.usecases import managed_passwords
from idp.usecases.managed_passwords import HashedPassword
from idp.usecases.management import Refused, found_group, found_user
from idp.usecases.services import Services
from idp.usecases.unit import Unit
from idp.values.entropy import ordered_uuid, unguessable
from idp.values.ids import Subject, UserId

__all__ = ["Listed", "Lock", "NewUser", "Shown", "add", "list_users", "show"]

PERMISSION = Permission.USERS_WRITE
READING = Permission.USERS_READ

SUBJECT_OCTETS = 16  # OIDC Core 8: never reused, so it must not be guessable or repeat


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """Somebody about to be made; texts as they were typed."""

    username: str
    email: str | None = None
    email_verified: bool = False
    """Somebody vouches for the address, which also signs the person in from now on."""
    groups: Sequence[str] = ()
    password: HashedPassword | None = None
    keep_password: bool = False
    """The password counts as the person's own and need not be changed."""


async def add(unit: Unit, new: NewUser) -> User:
    """Make an account. Raises InvalidValue for a text that cannot be taken, Refused for a name somebody has."""
    address = email(new.email) if new.email else None
    if new.email_verified and address is None:
        raise Refused("There is no address to call verified.")
    entropy = unit.services.entropy
    made = User(
        id=UserId(ordered_uuid(entropy, unit.at)),
        subject=Subject(unguessable(entropy, SUBJECT_OCTETS)),
        username=username(new.username),
    )
    row = users.NewUser(
        id=made.id,
        subject=made.subject,
        username=made.username,
        email=address,
        email_verified=new.email_verified,
        audit_salt=entropy(SALT_LENGTH),
    )
    await users.insert(unit.connection, row, unit.at)
    await take_names(unit, made.id, made.username, address if new.email_verified else None)
    for group in new.groups:
        await groups.add_member(unit.connection, (await found_group(unit.connection, group)).id, made.id)
    if new.password:
        await managed_passwords.store(unit, made.id, new.password, keep=new.keep_password)
    await unit.record(UserCreated(username=made.username, email=address), user=made.id)
    if new.email_verified and address:
        await unit.record(EmailVouchedFor(email=address), user=made.id)
    return made


async def take_names(unit: Unit, user: UserId, shown_name: str, verified_email: str | None) -> None:
    """Let exactly these names sign the person in. Raises Refused where one is somebody else's name or address."""
    names = {login_name(shown_name): "username"}
    if verified_email:
        names.setdefault(login_name(verified_email), "email")
    await users.free_names(unit.connection, user)
    for name, kind in names.items():
        if not await users.take_name(unit.connection, user, name, "email" if kind == "email" else "username"):
            what = "The address" if kind == "email" else "The name"
            raise Refused(f"{what} is taken: somebody signs in with it already.")


async def list_users(services: Services, matching: str = "", limit: int = 500) -> list[Listed]:
    """Users whose name or address holds `matching`, by name."""
    return await user_lists.listed(services.database, matching.strip(), limit)


async def show(services: Services, name: str, at: datetime) -> Shown:
    """All that may be known of one person, never a secret. Raises NotFound."""
    user = await found_user(services.database, name)
    idle = (await services.configuration()).values.session_lifetimes.idle
    return await user_lists.shown(services.database, user.id, at, idle)
