"""Where a client's URL may lead: to the public internet and nowhere else (O-36, V1.3.6)."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.outbound.addresses import IpAddress, is_public

# Typed from the IANA special-purpose registries (RFC 6890) and RFC 5771, not from the code under test.
PRIVATE_IPV4 = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
]
PRIVATE_IPV6 = [
    "::/96",  # unspecified, loopback, IPv4-compatible (RFC 4291 2.5.5.1)
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "198.20.0.1", "2606:4700::1111", "2a00:1450:4001::1"]


def carriers(inner: IpAddress) -> list[IPv6Address]:
    """Every IPv6 address that leads to this IPv4 address."""
    number = int(inner)
    return [
        IPv6Address((0xFFFF << 32) | number),  # RFC 4291 2.5.5.2
        IPv6Address((0x2002 << 112) | (number << 80) | 1),  # RFC 3056 2
        IPv6Address((0x0064FF9B << 96) | number),  # RFC 6052 2.1
    ]


def private_ipv4() -> st.SearchStrategy[IpAddress]:
    return st.sampled_from(PRIVATE_IPV4).flatmap(lambda network: st.ip_addresses(v=4, network=network))


@given(private_ipv4())
def test_no_special_ipv4_address_is_public_however_it_is_carried(inner: IpAddress) -> None:
    assert not is_public(inner)
    assert [carrier for carrier in carriers(inner) if is_public(carrier)] == []


@given(st.sampled_from(PRIVATE_IPV6).flatmap(lambda network: st.ip_addresses(v=6, network=network)))
def test_no_special_ipv6_address_is_public(address: IPv6Address) -> None:
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_every_other_ipv4_address_is_public_and_so_are_its_carriers(address: IpAddress) -> None:
    public = not any(address in IPv4Network(network) for network in PRIVATE_IPV4)
    assert is_public(address) is public
    assert {is_public(carrier) for carrier in carriers(address)} == {public}


@given(st.ip_addresses(v=6))
def test_outside_global_unicast_only_what_carries_a_public_ipv4_address(address: IPv6Address) -> None:
    """RFC 4291 2.4."""
    carried = address.ipv4_mapped or (address in ip_network("64:ff9b::/96"))
    assert not is_public(address) or carried or address in ip_network("2000::/3")


@pytest.mark.parametrize("address", PUBLIC)
def test_hosts_of_the_internet_are_reached(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254", "2001:0:a9fe:a9fe::"]
)
def test_the_metadata_services_of_clouds_are_not(address: str) -> None:
    assert not is_public(ip_address(address))
