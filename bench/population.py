"""Who and what the bench needs, made by the use cases themselves on the stand's own database."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from uuid import UUID

import cbor2

from idp.authenticators import totp
from idp.composition import clock, entropy, open_services
from idp.keystore.compact import Algorithm
from idp.keystore.signing import SigningKey, generate
from idp.oidc.client import AuthMethod
from idp.oidc.client_metadata import FurtherMetadata
from idp.server.schema import prepared, start_embedded
from idp.settings import Settings
from idp.storage import places
from idp.storage.pool import connect
from idp.usecases import clients, managed_passwords, users
from idp.usecases.clients import Kind, Metadata
from idp.usecases.services import Services
from idp.usecases.unit import unit
from idp.usecases.users import NewUser
from idp.values.actors import Actor
from idp.values.entropy import random_uuid
from idp.values.ids import AuthenticatorId, UserId
from idp.values.secrets import Password, TotpSecret
from tests.drivers.soft_key import Credential, SoftKey, cose, made_by

ACTOR = Actor(kind="command", name="bench")
PASSWORD = "seven quiet herons by the lake"
CALLBACK = "http://127.0.0.1:9/callback"
SCOPES = ("openid", "profile", "email", "offline_access")

APP = """
INSERT INTO totp_authenticators (id, user_id, sealed_secret, algorithm, digits, period, state, last_step, confirmed_at)
VALUES ($1, $2, $3, 'SHA1', 6, 30, 'confirmed', 0, $4)
"""
PASSKEY = """
INSERT INTO webauthn_credentials (id, user_id, credential_id, public_key, sign_count, synced, verifies, aaguid, name,
    state, confirmed_at)
VALUES ($1, $2, $3, $4, 0, false, true, '00000000-0000-0000-0000-000000000000', 'Passkey', 'confirmed', $5)
"""
CODES = """
INSERT INTO recovery_code_sets (id, user_id, salt, pepper_id, created_at, acknowledged_at)
VALUES ($1, $2, $3, 'none', $4, $4)
"""
CODE = "INSERT INTO recovery_codes (set_id, digest) SELECT $1, sha256(n::text::bytea) FROM generate_series(1, 10) n"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A registered client."""

    client_id: str
    secret: str = field(repr=False)
    key: SigningKey | None = field(default=None, repr=False)
    """What it proves itself with, where that is private_key_jwt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A person with an authenticator app, and perhaps a passkey."""

    username: str
    secret: TotpSecret
    passkey: SoftKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """What was made."""

    people: tuple[Somebody, ...]
    apps: Mapping[str, App]


FILLED = (
    "users, login_names, passwords, totp_authenticators, webauthn_credentials, recovery_code_sets, recovery_codes, "
    "clients"
)

APPS: Mapping[str, tuple[Kind, Metadata]] = {
    "es256": ("web", Metadata(redirect_uris=(CALLBACK,), first_party=True, id_token_alg="ES256", scopes=SCOPES)),
    "rs256": ("web", Metadata(redirect_uris=(CALLBACK,), first_party=True, id_token_alg="RS256", scopes=SCOPES)),
    "rotating": (
        "web",
        Metadata(
            redirect_uris=(CALLBACK,), first_party=True, id_token_alg="ES256", scopes=SCOPES, rotate_refresh_tokens=True
        ),
    ),
    "machine": ("machine", Metadata()),
}

ASSERTING: Mapping[str, tuple[str, Algorithm]] = {
    "machine-es256": ("machine", "ES256"),
    "machine-rs256": ("machine", "RS256"),
    "asserting-es256": ("es256", "ES256"),
    "asserting-rs256": ("es256", "RS256"),
}
"""Those that prove themselves by private_key_jwt: otherwise like that app, with a key of that kind."""


async def populate(environ: Mapping[str, str], people: int, passkeys_from: int) -> Population:
    """Make the apps and that many people, the later ones with passkeys. The server may be running."""
    settings = Settings.load(environ)
    async with AsyncExitStack() as stack:
        postgres = stack.enter_context(start_embedded(settings))
        settings = await prepared(settings, postgres, clock(), lambda _: None)
        services = await stack.enter_async_context(open_services(settings, clock, entropy))
        apps = {name: await _app(services, name, *what) for name, what in APPS.items()}
        for name, (like, alg) in ASSERTING.items():
            apps[name] = await _asserting(services, name, *APPS[like], generate(alg))
        hashed = await managed_passwords.judged_for_new(services, Password(PASSWORD), ())
        made = [
            await _somebody(services, f"person{number}", hashed, passkey=number >= passkeys_from)
            for number in range(people)
        ]
        await _settled(settings)
        return Population(people=tuple(made), apps=apps)


async def _settled(settings: Settings) -> None:
    """What autovacuum would do a minute later, in the middle of what is measured: to the tables that were just filled.

    Not to the empty ones, which it leaves alone. Told that a table is empty, the planner sees no gain in going by key,
    and the server keeps that plan until the next ANALYZE, while the table fills.
    """
    if settings.database_owner_url is not None:
        owner = await connect(settings.database_owner_url, patient=True)
        await owner.execute(f"VACUUM ANALYZE {FILLED}")
        await owner.close()


async def _app(services: Services, name: str, kind: Kind, metadata: Metadata) -> App:
    async with unit(services, ACTOR, None, clock()) as made:
        registered = await clients.add(made, name, kind, metadata)
    return App(client_id=name, secret=registered.secret.expose() if registered.secret else "")


async def _asserting(services: Services, name: str, kind: Kind, metadata: Metadata, key: SigningKey) -> App:
    further: FurtherMetadata = {"jwks": (key.public_jwk(),)}
    said = replace(metadata, auth_method=AuthMethod.PRIVATE_KEY_JWT, further=further)
    return replace(await _app(services, name, kind, said), key=key)


async def _somebody(
    services: Services, name: str, hashed: managed_passwords.HashedPassword, *, passkey: bool
) -> Somebody:
    at = clock()
    async with unit(services, ACTOR, None, at) as made:
        new = NewUser(username=name, email=f"{name}@example.org", password=hashed, keep_password=True)
        user = await users.add(made, new)
    secret, app = totp.new_secret(entropy), AuthenticatorId(random_uuid(entropy))
    sealed = services.sealer.seal(secret.expose().encode(), places.app_secret(app))
    await services.database.execute(APP, app, user.id, sealed.octets, at)
    codes: UUID = random_uuid(entropy)
    await services.database.execute(CODES, codes, user.id, bytes(16), at)
    await services.database.execute(CODE, codes)
    if not passkey:
        return Somebody(username=name, secret=secret)
    return Somebody(username=name, secret=secret, passkey=await _passkey(services, user.id))


async def _passkey(services: Services, user: UserId) -> SoftKey:
    held = Credential(id=entropy(32), private=made_by("ES256"), user=user.bytes)
    key = cbor2.dumps(cose(held.private))
    await services.database.execute(PASSKEY, random_uuid(entropy), user, held.id, key, clock())
    return SoftKey(origin=str(services.settings.issuer), credentials=[held])
