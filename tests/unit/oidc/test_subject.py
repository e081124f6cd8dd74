"""Subject Identifiers: the same within a sector, unrelated between two (OIDC Core 8)."""

import hmac
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.client import Client
from idp.oidc.client_metadata import ClientMetadata
from idp.oidc.errors import InvalidClientMetadata
from idp.oidc.registration import checked_client
from idp.oidc.subject import NOBODYS, hosts_of, sector_of, sid_for, subject_for
from idp.values.ids import ClientId, Subject
from tests.unit.oidc.samples import NATIVE, WEB

ALICE, BOB = Subject("gKx0sG3mS8S0c2yqYkq1vQ"), Subject("Qb8Zc1r0Jw5eM2tYhN7dLg")


def mac(message: bytes, label: str) -> bytes:
    return hmac.digest(b"one key", label.encode() + b"\0" + message, "sha256")


def other_mac(message: bytes, label: str) -> bytes:
    return hmac.digest(b"another key", label.encode() + b"\0" + message, "sha256")


def pairwise(client_id: str, *redirect_uris: str, sector: str | None = None) -> Client:
    metadata = ClientMetadata(subject_type="pairwise", sector_identifier_uri=sector)
    return replace(WEB, client_id=ClientId(client_id), redirect_uris=redirect_uris, metadata=metadata)


SHOP = pairwise("shop", "https://shop.example/cb", "https://shop.example/other")


def test_a_public_client_sees_the_persons_own() -> None:
    assert subject_for(WEB, ALICE, mac) == ALICE


def test_a_pairwise_client_sees_another_one_always_the_same() -> None:
    """O-52, Core 8.1: deterministic, and the OP alone can make it."""
    seen = subject_for(SHOP, ALICE, mac)
    assert seen == subject_for(SHOP, ALICE, mac) != ALICE
    assert seen != subject_for(SHOP, BOB, mac)
    assert seen != subject_for(SHOP, ALICE, other_mac)


def test_a_browser_session_has_a_name_of_its_own_in_each_sector() -> None:
    """O-52: a sid that two apps share would tell them what their pairwise subjects do not."""
    blog = pairwise("blog", "https://blog.example/cb")
    assert sid_for(WEB, "5f0c", mac) == "5f0c"
    assert sid_for(SHOP, "5f0c", mac) == sid_for(SHOP, "5f0c", mac)
    assert len({sid_for(SHOP, "5f0c", mac), sid_for(blog, "5f0c", mac), sid_for(SHOP, "5f0d", mac), "5f0c"}) == 4
    assert sid_for(SHOP, ALICE, mac) != subject_for(SHOP, ALICE, mac)


def test_clients_of_one_sector_share_it_and_others_do_not() -> None:
    """O-52: the host, or that of sector_identifier_uri, whatever the client is called."""
    mobile = pairwise("mobile", "https://shop.example/mobile")
    named = pairwise("tv", "https://tv.example/cb", "https://tv.test/cb", sector="https://SHOP.example/sector.json")
    blog = pairwise("blog", "https://blog.example/cb")
    seen = {str(client.client_id): subject_for(client, ALICE, mac) for client in (SHOP, mobile, named, blog)}
    assert seen["shop"] == seen["mobile"] == seen["tv"] != seen["blog"]


def test_a_client_without_a_host_of_its_own_is_its_own_sector() -> None:
    """Two programs on one machine are not one sector, nor is a client called like somebody's host."""
    native = replace(NATIVE, metadata=ClientMetadata(subject_type="pairwise"))
    assert sector_of(native) == "client:cli"
    assert sector_of(replace(native, client_id=ClientId("other"))) == "client:other"
    assert sector_of(pairwise("shop.example", "https://a.example/cb", "https://b.example/cb")) != "shop.example"


def test_the_hosts_of_redirect_uris() -> None:
    uris = ("https://A.example/cb", "https://a.example:8443/", "http://127.0.0.1/cb", "org.example.app:/cb", "urn:x:y")
    assert hosts_of(uris) == {"a.example", NOBODYS}
    assert hosts_of(("org.example.app://host/cb", "https://localhost/cb")) == {NOBODYS}


@pytest.mark.parametrize("own", ["com.evil.app:/cb", "http://127.0.0.1/cb", "https://localhost/cb"])
def test_nobody_joins_a_sector_by_naming_its_host(own: str) -> None:
    """O-52: where the answers reach the client without that host, the host has to say that the two belong together."""
    guest = replace(pairwise("guest", "https://shop.example/cb", own), application_type="native")
    assert subject_for(guest, ALICE, mac) != subject_for(SHOP, ALICE, mac)
    assert sid_for(guest, "5f0c", mac) != sid_for(SHOP, "5f0c", mac)
    with pytest.raises(InvalidClientMetadata, match="several hosts"):
        checked_client(guest)


def test_a_pairwise_identifier_can_be_no_client_id() -> None:
    """RFC 9068 5, O-51: at most 255 characters of ASCII, and of the form that registration keeps from clients."""
    seen = subject_for(SHOP, ALICE, mac)
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", seen)
    with pytest.raises(InvalidClientMetadata, match="identifier of a person"):
        checked_client(replace(WEB, client_id=ClientId(seen.replace("_", "a").replace("-", "a"))))


@given(st.text(alphabet="abc.", min_size=1, max_size=6), st.text(alphabet="abc.", min_size=1, max_size=6))
def test_two_people_never_share_one(one: str, other: str) -> None:
    """Nor does moving a letter from the sector to the person."""
    first = subject_for(pairwise("x", f"https://{one}.x/cb"), Subject(other), mac)
    second = subject_for(pairwise("x", f"https://{other}.x/cb"), Subject(one), mac)
    assert (first == second) == (one == other)
