"""The Subject Identifier that a client sees (OIDC Core 8): the person's own, or one for the client's sector alone.

Everything that speaks to a client of a person passes through `subject_for`: ID and access tokens, userinfo,
introspection, logout tokens, and whatever comes back as a hint. So does `sid`, through `sid_for`: one that all apps of
a browser session shared would tell them what pairwise subjects keep from them.
"""

import base64
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from idp.oidc.client import Client
from idp.oidc.redirect_uri import is_private_scheme
from idp.values.ids import Subject
from idp.values.issuer import LOOPBACK

SUBJECT_TYPES = ("public", "pairwise")

NOBODYS = ""
"""In place of a host, where any program on a machine may answer."""

_OCTETS = 16
"""128 bits: a pairwise identifier looks like every other one of ours, and so like no client id (RFC 9068 5)."""

Mac = Callable[[bytes, str], bytes]
"""HMAC of a message under a label: the service key that is never changed."""


def hosts_of(redirect_uris: Iterable[str]) -> frozenset[str]:
    """The hosts that they lead to; NOBODYS among them for private schemes, and for each person's own machine."""
    hosts = (None if is_private_scheme(uri) else urlsplit(uri).hostname for uri in redirect_uris)
    return frozenset(NOBODYS if host is None or host in LOOPBACK else host for host in hosts)


def sector_of(client: Client) -> str:
    """What shares one identifier of a person: a host (OIDC Core 8.1), or the client by itself where none stands out.

    Registration refuses a pairwise client with several hosts and no sector_identifier_uri.
    """
    if client.metadata.sector_identifier_uri:
        return urlsplit(client.metadata.sector_identifier_uri).hostname or ""
    hosts = hosts_of(client.redirect_uris)
    # No host holds a word before a colon, so this never is the sector of somebody else. Nor is it where a client names
    # somebody's host beside an address at which it gets its answers without that host.
    return next(iter(hosts)) if len(hosts) == 1 and NOBODYS not in hosts else f"client:{client.client_id}"


def subject_for(client: Client, sub: Subject, mac: Mac) -> Subject:
    """What the client calls the person whose own identifier is `sub`: the same always (OIDC Core 8.1)."""
    return Subject(_seen(client, sub, mac, "pairwise subject"))


def sid_for(client: Client, sid: str, mac: Mac) -> str:
    """What the client calls the browser session whose id is `sid` (Front- and Back-Channel Logout)."""
    return _seen(client, sid, mac, "pairwise session")


def _seen(client: Client, ours: str, mac: Mac, label: str) -> str:
    if client.metadata.subject_type == "public":
        return ours
    octets = mac(f"{sector_of(client)}\0{ours}".encode(), label)[:_OCTETS]
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
