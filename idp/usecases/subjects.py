"""What a client calls a person and a browser session: by names of its own sector, or the public ones (OIDC Core 8)."""

from dataclasses import replace

from idp.keystore.service_keys import ServiceKeyName, ServiceKeys
from idp.oidc.client import Client
from idp.oidc.grant import GrantFacts
from idp.oidc.subject import Mac, sid_for, subject_for
from idp.values.ids import Subject


def seen_by(client: Client, sub: Subject, keys: ServiceKeys) -> Subject:
    """The `sub` of everything that this client is told of the person whose own identifier is `sub`."""
    return subject_for(client, sub, _mac(keys))


def session_seen_by(client: Client, sid: str, keys: ServiceKeys) -> str:
    """The `sid` of everything that this client is told of the browser session whose id is `sid`."""
    return sid_for(client, sid, _mac(keys))


def grant_seen_by(client: Client, grant: GrantFacts, keys: ServiceKeys) -> GrantFacts:
    """The client's own grant, as storage has it, with those names: what tokens and introspection speak of."""
    ours = grant.authentication
    sub = seen_by(client, ours.sub, keys)
    if sub == ours.sub:  # as for most clients
        return grant
    sid = None if ours.sid is None else session_seen_by(client, ours.sid, keys)
    return replace(grant, authentication=replace(ours, sub=sub, sid=sid))


def _mac(keys: ServiceKeys) -> Mac:
    return keys.current(ServiceKeyName.PAIRWISE_SUBJECT).hmac
