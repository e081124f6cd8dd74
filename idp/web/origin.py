"""Where a request came from: the one function that trusts, or does not trust, what proxies say (ASVS V4.1.3)."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.requests import Request

from idp.values.actors import Origin
from idp.values.entropy import Entropy, unguessable
from idp.values.ids import RequestId

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

AGENT_LENGTH = 300
LONGEST_ADDRESS = 80
"""An IPv6 address with its zone, brackets and port; what is longer is not worth remembering."""
REFERENCE_OCTETS = 9
"""12 characters: short enough to read out, unique enough for any log."""


def origin(request: Request, trusted: Sequence[Network], entropy: Entropy) -> Origin:
    """The origin of this request, under a new request id."""
    peer = request.client.host if request.client else ""
    return Origin(
        address=client_address(peer, request.headers.getlist("x-forwarded-for"), trusted),
        agent=cleaned_agent(request.headers.get("user-agent", "")),
        request_id=RequestId(unguessable(entropy, REFERENCE_OCTETS)),
    )


def client_address(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """The nearest hop that is not one of our proxies; what stands to the left of it is only claimed.

    `forwarded`: the values of X-Forwarded-For in the order of the headers. What is no address ends the walk.
    """
    address = _parsed(peer)
    if address is None:
        return ""
    hops = [hop for value in forwarded for hop in value.split(",")]
    while hops and _trusted(address, trusted):
        claimed = _parsed(hops.pop())
        if claimed is None:
            break
        address = claimed
    return str(address)


def cleaned_agent(text: str) -> str:
    """User-Agent on one line, at most 300 characters."""
    if text.isascii() and text.isprintable():  # as every browser's is
        return text[:AGENT_LENGTH]
    return "".join(each for each in text if unicodedata.category(each)[0] != "C")[:AGENT_LENGTH]


def _trusted(address: Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)


def _parsed(text: str) -> Address | None:
    """An address, also as `[v6]:port` or `v4:port`; a v4 address inside v6 counts as v4."""
    return _address(text) if len(text) <= LONGEST_ADDRESS else None


@lru_cache(maxsize=1024)
def _address(text: str) -> Address | None:
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
