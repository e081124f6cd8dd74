"""What a client calls a person: the Subject Identifier of its own sector, or the public one (OIDC Core 8)."""

from dataclasses import replace

from idp.keystore.service_keys import ServiceKeyName, ServiceKeys
from idp.oidc.client import Client
from idp.oidc.grant import GrantFacts
from idp.oidc.subject import subject_for
from idp.values.ids import Subject


def seen_by(client: Client, sub: Subject, keys: ServiceKeys) -> Subject:
    """The `sub` of everything that this client is told of the person whose own identifier is `sub`."""
    return subject_for(client, sub, keys.current(ServiceKeyName.PAIRWISE_SUBJECT).hmac)


def grant_seen_by(client: Client, grant: GrantFacts, keys: ServiceKeys) -> GrantFacts:
    """The client's own grant, as storage has it, with that `sub`: what tokens and introspection speak of."""
    sub = seen_by(client, grant.authentication.sub, keys)
    if sub == grant.authentication.sub:  # as for most clients
        return grant
    return replace(grant, authentication=replace(grant.authentication, sub=sub))
