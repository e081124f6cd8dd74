"""What every client passes before it is stored, whoever registers it: the rules, its keys, and ours for its tokens."""

from datetime import datetime
from typing import cast

from idp.keystore.client_keys import ClientKeySet
from idp.keystore.compact import Algorithm
from idp.oidc.client import AuthMethod, Client
from idp.oidc.errors import InvalidClientMetadata
from idp.oidc.registration import checked_client
from idp.usecases.key_rotation import ensure_algorithm
from idp.usecases.services import Services
from idp.values.actors import Actor


def checked(client: Client) -> Client:
    """The same client. Raises InvalidClientMetadata or InvalidRedirectUri, each with one sentence."""
    said = checked_client(client).metadata
    signs_requests = bool(said.request_uris or said.request_object_signing_alg)
    signs = signs_requests or client.auth_method is AuthMethod.PRIVATE_KEY_JWT
    if signs and said.jwks is not None and not ClientKeySet.of(said.jwks).keys:
        raise InvalidClientMetadata("jwks: no key is fit for signatures; take RSA of 2048 bits, P-256 or Ed25519")
    return client


async def ensure_keys(services: Services, actor: Actor, client: Client, at: datetime) -> None:
    """A key for each algorithm that its tokens and userinfo are signed with, which were found to be ours."""
    for alg in {client.id_token_alg, client.metadata.userinfo_signed_response_alg} - {None}:
        await ensure_algorithm(services, actor, cast("Algorithm", alg), at)
