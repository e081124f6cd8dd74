"""Clients and their secrets as rows: made, changed, listed, read. Requests ask the cache, which asks `registered`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from idp.oidc.client import AuthMethod, Client, SealedSecret
from idp.oidc.client_metadata import ClientMetadata
from idp.storage.database import Executor, Row
from idp.values.ids import ClientId
from idp.values.sealed import Sealed
from idp.values.secrets import Digest

INSERT = """
INSERT INTO clients (client_id, name, application_type, token_endpoint_auth_method, redirect_uris,
    post_logout_redirect_uris, grant_types, scopes, audiences, id_token_signed_response_alg, require_pkce,
    rotate_refresh_tokens, first_party, client_uri, metadata, registration_token, created_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17)
ON CONFLICT DO NOTHING RETURNING true
"""

UPDATE = """
UPDATE clients SET name = $2, application_type = $3, token_endpoint_auth_method = $4, redirect_uris = $5,
    post_logout_redirect_uris = $6, grant_types = $7, scopes = $8, audiences = $9, id_token_signed_response_alg = $10,
    require_pkce = $11, rotate_refresh_tokens = $12, first_party = $13, client_uri = $14, metadata = $15,
    registration_token = $16, changed_at = $17
WHERE client_id = $1
"""

LOCK = "SELECT true FROM clients WHERE client_id = $1 FOR UPDATE"

_WITH_SECRETS = """
SELECT c.*, ARRAY(
    SELECT row(s.id, s.digest, s.sealed_secret) FROM client_secrets s
    WHERE s.client_id = c.client_id ORDER BY s.created_at, s.id
) AS secrets
FROM clients c
"""

CLIENT = f"{_WITH_SECRETS} WHERE c.client_id = $1"

ALL = f"{_WITH_SECRETS} ORDER BY c.client_id"

PUBLIC_URIS = """
SELECT DISTINCT unnest(redirect_uris) FROM clients WHERE token_endpoint_auth_method = 'none' AND status = 'active'
"""

SET_STATUS = """
UPDATE clients SET status = $2, changed_at = $3 WHERE client_id = $1 AND status <> $2 RETURNING true
"""

INSERT_SECRET = """
INSERT INTO client_secrets (id, client_id, digest, sealed_secret, created_at) VALUES ($1, $2, $3, $4, $5)
"""

KEEP_SECRETS = """
DELETE FROM client_secrets WHERE client_id = $1 AND id <> $2 AND id NOT IN (
    SELECT id FROM client_secrets WHERE client_id = $1 AND id <> $2 ORDER BY created_at DESC, id DESC LIMIT $3
)
"""

DELETE_SECRETS = "DELETE FROM client_secrets WHERE client_id = $1"

DELETE = "DELETE FROM clients WHERE client_id = $1"

SECRET_AGES = "SELECT created_at FROM client_secrets WHERE client_id = $1 ORDER BY created_at, id"


async def insert(executor: Executor, client: Client, at: datetime) -> bool:
    """A new client without its secrets; False where the id is taken."""
    return bool(await executor.fetchval(INSERT, *_columns(client), at))


async def update(executor: Executor, client: Client, at: datetime) -> None:
    """Write all of it but its secrets and its status."""
    await executor.execute(UPDATE, *_columns(client), at)


async def registered(executor: Executor, client_id: ClientId) -> Client | None:
    """The client, a disabled one too."""
    row = await executor.fetchrow(CLIENT, client_id)
    return _client(row) if row else None


async def find(executor: Executor, client_id: ClientId) -> Client | None:
    """The client, kept from changing until the transaction ends."""
    await executor.execute(LOCK, client_id)
    return await registered(executor, client_id)


async def listed(executor: Executor) -> list[Client]:
    """Every client, by its id."""
    return [_client(row) for row in await executor.fetch(ALL)]


async def public_redirect_uris(executor: Executor) -> list[str]:
    """Of every public client that is not disabled: only their scripts may call the endpoints from a browser."""
    return [uri for (uri,) in await executor.fetch(PUBLIC_URIS)]


async def set_status(executor: Executor, client_id: ClientId, at: datetime, *, active: bool) -> bool:
    """False where the status was that one already."""
    return bool(await executor.fetchval(SET_STATUS, client_id, "active" if active else "disabled", at))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """A live secret as it is stored; sealed as well where its client signs with it."""

    id: UUID
    digest: Digest
    sealed: Sealed | None = None


async def insert_secret(executor: Executor, client_id: ClientId, secret: NewSecret, at: datetime) -> None:
    """One more live secret."""
    sealed = secret.sealed.octets if secret.sealed else None
    await executor.execute(INSERT_SECRET, secret.id, client_id, secret.digest.octets, sealed, at)


async def keep_secrets(executor: Executor, client_id: ClientId, new: UUID, older: int) -> None:
    """Revoke all but the new one and so many of the youngest before it."""
    await executor.execute(KEEP_SECRETS, client_id, new, older)


async def delete_secrets(executor: Executor, client_id: ClientId) -> None:
    """The client authenticates without any from now on."""
    await executor.execute(DELETE_SECRETS, client_id)


async def delete(executor: Executor, client_id: ClientId) -> None:
    """The client and all that hangs on it: secrets, grants and their tokens, consents, sign-ins under way, its rule."""
    await executor.execute(DELETE, client_id)


async def secret_ages(executor: Executor, client_id: ClientId) -> list[datetime]:
    """When each live secret was made, oldest first."""
    return [row["created_at"] for row in await executor.fetch(SECRET_AGES, client_id)]


def _columns(client: Client) -> tuple[object, ...]:
    """$1 to $16 of the writing statements."""
    return (
        client.client_id,
        client.name,
        client.application_type,
        client.auth_method.value,
        list(client.redirect_uris),
        list(client.post_logout_redirect_uris),
        sorted(client.grant_types),
        sorted(client.scopes),
        list(client.audiences),
        client.id_token_alg,
        client.require_pkce,
        client.rotate_refresh_tokens,
        client.first_party,
        client.client_uri,
        client.metadata.stored(),
        client.registration_token.octets if client.registration_token else None,
    )


def _client(row: Row) -> Client:
    """A row of `clients` with its live secrets, oldest first, in `secrets`: id, digest, sealed form."""
    token = row["registration_token"]
    return Client(
        client_id=ClientId(row["client_id"]),
        name=row["name"],
        application_type=row["application_type"],
        auth_method=AuthMethod(row["token_endpoint_auth_method"]),
        secrets=tuple(Digest(digest) for _, digest, _ in row["secrets"]),
        sealed_secrets=tuple(
            SealedSecret(id=secret_id, sealed=Sealed(sealed)) for secret_id, _, sealed in row["secrets"] if sealed
        ),
        registration_token=None if token is None else Digest(token),
        redirect_uris=tuple(row["redirect_uris"]),
        post_logout_redirect_uris=tuple(row["post_logout_redirect_uris"]),
        grant_types=frozenset(row["grant_types"]),
        scopes=frozenset(row["scopes"]),
        audiences=tuple(row["audiences"]),
        id_token_alg=row["id_token_signed_response_alg"],
        require_pkce=row["require_pkce"],
        rotate_refresh_tokens=row["rotate_refresh_tokens"],
        first_party=row["first_party"],
        active=row["status"] == "active",
        client_uri=row["client_uri"],
        metadata=ClientMetadata.restored(row["metadata"]),
    )
