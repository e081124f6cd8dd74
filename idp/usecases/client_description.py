"""A client in words: what commands show of it and security events keep. Never a secret."""

from idp.audit.service import ClientChanged
from idp.oidc.client import Client
from idp.oidc.registration_response import standard_metadata


def described(client: Client) -> dict[str, object]:
    """All of it, under the standards' names where it has one."""
    return {
        **standard_metadata(client),
        "audiences": list(client.audiences),
        "require_pkce": client.require_pkce,
        "rotate_refresh_tokens": client.rotate_refresh_tokens,
        "first_party": client.first_party,
        "claims_in_id_token": client.metadata.claims_in_id_token,
    }


def recorded(client: Client) -> dict[str, object]:
    """The same for an event, which is kept in clear: of its contacts, who are people, only how many there are."""
    return {**described(client), "contacts": len(client.metadata.contacts)}


def difference(before: Client, after: Client) -> dict[str, object]:
    """What is said otherwise now, as it is now."""
    was, now = described(before), described(after)
    return {name: value for name, value in now.items() if was[name] != value}


def change_of(before: Client, after: Client) -> ClientChanged:
    """The event of that difference."""
    was, now, names = recorded(before), recorded(after), difference(before, after)
    return ClientChanged(before={name: was[name] for name in names}, after={name: now[name] for name in names})
