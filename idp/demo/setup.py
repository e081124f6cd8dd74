"""Sets the demo up through the same use cases as everything else: made where it is missing, left alone where it is."""

import base64
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from idp.authenticators.methods import Level
from idp.demo.cast import CLIENTS, PEOPLE, Part, Role
from idp.demo.kept import Kept
from idp.demo.registration import DemoClient, DemoPerson
from idp.policy.rules import Rule
from idp.usecases import clients, groups, known_factor, managed_passwords, policy, user_access, user_profile, users
from idp.usecases.clients import Metadata
from idp.usecases.management import NotFound
from idp.usecases.services import Services
from idp.usecases.unit import Unit, unit
from idp.values.actors import Actor
from idp.values.entropy import Entropy
from idp.values.secrets import Password

EXEMPT_FOR = timedelta(days=90)
EXEMPT_REASON = "Demo: shows what an exemption lifts"

ACTOR = Actor(kind="command", name="demo")

_RULES = {"required": Rule(level=Level.TWO), "if_enrolled": Rule(level=None)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """Everybody and everything, with the secrets that the demo hands out."""

    people: tuple[DemoPerson, ...]
    clients: tuple[DemoClient, ...]
    recovery_codes: dict[str, list[str]] = field(repr=False)


async def set_up(services: Services, base_url: str, kept: Kept, at: datetime) -> Demo:
    """Make what is missing. A secret that no file remembers is made anew, and the old one ends."""
    stage = _Stage(services=services, base_url=base_url, kept=kept, at=at)
    await stage.ensure_groups()
    people = tuple([await stage.person(role) for role in PEOPLE])
    made = tuple([await stage.client(part) for part in CLIENTS])
    return Demo(people=people, clients=made, recovery_codes=stage.codes)


@dataclass(slots=True, kw_only=True)
class _Stage:
    services: Services
    base_url: str
    kept: Kept
    at: datetime
    codes: dict[str, list[str]] = field(default_factory=dict)

    def unit(self) -> AbstractAsyncContextManager[Unit]:
        return unit(self.services, ACTOR, None, self.at)

    async def ensure_groups(self) -> None:
        there = {listed.group.name for listed in await groups.list_groups(self.services)}
        for name in sorted({group for role in PEOPLE for group in role.groups} - there):
            async with self.unit() as opened:
                await groups.add(opened, name)

    async def person(self, role: Role) -> DemoPerson:
        known = self.kept.passwords.get(role.username)
        password = known or new_password(self.services.entropy)
        there = await self._is_there(role)
        if not there:
            await self._made(role, password)
        elif known is None:
            hashed = await managed_passwords.judged(self.services, role.username, Password(password), self.at)
            async with self.unit() as opened:
                await managed_passwords.set_password(opened, role.username, hashed, keep=True)
        secret = await self._factor(role, there=there) if role.enrolled else None
        return DemoPerson(username=role.username, password=password, note=role.note, totp_secret=secret)

    async def client(self, part: Part) -> DemoClient:
        demo = part.client(None)
        signs_in = part.kind != "machine"
        said = Metadata(
            name=part.name,
            redirect_uris=(demo.redirect_uri(self.base_url),) if signs_in else (),
            post_logout_redirect_uris=(demo.post_logout_redirect_uri(self.base_url),) if signs_in else (),
            scopes=part.scopes,
            audiences=part.audiences,
            client_uri=f"{self.base_url}/{part.client_id}" if signs_in else None,
            further={"frontchannel_logout_uri": demo.frontchannel_logout_uri(self.base_url)} if signs_in else {},
        )
        try:
            await clients.show(self.services, part.client_id)
        except NotFound:
            return part.client(await self._registered(part, said))
        async with self.unit() as opened:
            await clients.change(opened, part.client_id, said)
        return part.client(await self._secret(part))

    async def _is_there(self, role: Role) -> bool:
        try:
            await users.show(self.services, role.username, self.at)
        except NotFound:
            return False
        return True

    async def _made(self, role: Role, password: str) -> None:
        address = f"{role.username}@example.com"
        words = [role.username, address]
        hashed = await managed_passwords.judged_for_new(self.services, Password(password), words, role.groups)
        new = users.NewUser(
            username=role.username,
            email=address,
            email_verified=True,
            groups=role.groups,
            password=hashed,
            keep_password=True,
        )
        async with self.unit() as opened:
            await users.add(opened, new)
            await user_profile.change(opened, role.username, role.profile)
            if role.exempt:
                await user_access.exempt(opened, role.username, self.at + EXEMPT_FOR, EXEMPT_REASON)

    async def _factor(self, role: Role, *, there: bool) -> str:
        known = self.kept.totp_secrets.get(role.username)
        if known and there:
            self.codes[role.username] = list(self.kept.recovery_codes.get(role.username, ()))
            return known
        factor = await known_factor.new_factor(self.services)
        async with self.unit() as opened:
            await known_factor.bind(opened, role.username, factor)
        self.codes[role.username] = [known_factor.display(code) for code in factor.codes]
        return factor.secret.expose()

    async def _registered(self, part: Part, said: Metadata) -> str | None:
        async with self.unit() as opened:
            made = await clients.add(opened, part.client_id, part.kind, said)
            if part.rule:
                await policy.set_rule(opened, "client", part.client_id, _RULES[part.rule])
        return made.secret.expose() if made.secret else None

    async def _secret(self, part: Part) -> str | None:
        known = self.kept.client_secrets.get(part.client_id)
        if known or part.kind == "spa":
            return known
        async with self.unit() as opened:
            rotated = await clients.rotate_secret(opened, part.client_id, revoke_old=True)
        return rotated.secret.expose() if rotated.secret else None


def new_password(entropy: Entropy) -> str:
    """80 random bits in four groups of four letters and digits: long enough to stand alone, short enough to type."""
    text = base64.b32encode(entropy(10)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))
