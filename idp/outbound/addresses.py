"""Which addresses are on the public internet, so that a client's URL cannot lead us into our own network. Pure."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

IpAddress = IPv4Address | IPv6Address

_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""RFC 4291 2.4, the part that IANA gives out; everything else in IPv6 is special, or not in use."""

_TRANSLATED = IPv6Network("64:ff9b::/96")
"""RFC 6052 2.1: an IPv4 address in its last 32 bits, to which a translator passes on."""

_SPECIAL = (
    # of the special-purpose registries (RFC 6890), what Python before 3.12.4 takes for public
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),  # RFC 7526: relays of 6to4
    IPv6Network("2001::/23"),  # RFC 2928; Teredo is among it (RFC 4380)
    IPv6Network("3fff::/20"),  # RFC 9637
)


def is_public(address: IpAddress) -> bool:
    """Whether a host of the public internet has it. An address that carries an IPv4 address is as public as that."""
    for carried in _carried(address):
        return is_public(carried)
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    special = any(address in network for network in _SPECIAL)
    return address.is_global and not address.is_multicast and not special


def _carried(address: IpAddress) -> Iterator[IPv4Address]:
    if isinstance(address, IPv4Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address.sixtofour is not None:
        yield address.sixtofour
    elif address in _TRANSLATED:
        yield IPv4Address(address.packed[-4:])
