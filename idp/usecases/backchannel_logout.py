"""One app told that a session has ended: a logout token of this moment, posted to it (Back-Channel Logout 1.0 2.5)."""

from datetime import datetime
from typing import cast

from idp.keystore.compact import Algorithm
from idp.oidc import logout_token
from idp.oidc.client import Client
from idp.outbound.fetching import FetchFailed
from idp.storage.outbox import LogoutNotice
from idp.usecases.issuing import JTI_OCTETS
from idp.usecases.services import Services
from idp.usecases.subjects import seen_by, session_seen_by
from idp.usecases.telling import NobodyToTell, NotTold, Told
from idp.values.entropy import unguessable

DELIVERED = frozenset({200, 204})  # Back-Channel Logout 2.8, and what frameworks answer to a body that is empty


async def tell(services: Services, notice: LogoutNotice, at: datetime) -> Told | NotTold | NobodyToTell:
    """Try once. Each try has a token of its own, so that none is refused as a replay of a try that failed."""
    client = await services.client(notice.client)
    if client is None or not client.active or client.metadata.backchannel_logout_uri is None:
        return NobodyToTell()
    configuration = await services.configuration()
    token = configuration.keyring.signing_key(cast("Algorithm", client.id_token_alg)).sign(
        _claims(services, client, notice, at), logout_token.TYP
    )
    try:
        status = await services.fetcher.post_form(
            client.metadata.backchannel_logout_uri,
            {"logout_token": token},
            allowed=configuration.values.fetch_hosts,
        )
    except FetchFailed as failure:
        return NotTold(fault=failure.reason.value)
    return Told() if status in DELIVERED else NotTold(fault=f"status_{status}")


def _claims(services: Services, client: Client, notice: LogoutNotice, at: datetime) -> dict[str, object]:
    return logout_token.logout_token_claims(
        issuer=services.settings.issuer,
        client_id=client.client_id,
        sub=seen_by(client, notice.sub, services.service_keys),
        sid=session_seen_by(client, str(notice.session), services.service_keys),
        jti=unguessable(services.entropy, JTI_OCTETS),
        at=at,
    )
