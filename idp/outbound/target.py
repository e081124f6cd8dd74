"""What a URL to be fetched says. Pure: taken apart once, so that what was vetted is what is connected to."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Address
from typing import Self
from urllib.parse import urlsplit

HTTPS_PORT = 443
_LONGEST = 2000
_PLAIN = re.compile(r"[\x21-\x7e]+")
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_\-]{0,62})(?:\.[a-z0-9_\-]{1,63})*\.?")


class FetchFault(StrEnum):
    """Why nothing came, or nothing that can be used. Stable: an audit trail names them."""

    BAD_URL = "bad_url"
    NOT_HTTPS = "not_https"
    UNRESOLVED = "unresolved"
    """The name has no address."""
    PRIVATE_ADDRESS = "private_address"
    """It has one that is not on the public internet, and is not among `fetch_hosts`."""
    REFUSED = "refused"
    """No connection could be made."""
    TLS = "tls"
    """No TLS connection, or the certificate does not prove the host."""
    BROKEN = "broken"
    """The connection broke off, or it did not speak HTTP."""
    TIMEOUT = "timeout"
    REDIRECTED = "redirected"
    WRONG_STATUS = "wrong_status"
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"
    """What came is not what should be there."""


class FetchFailed(Exception):
    """The one way in which a call to the outside fails. `str()` names the fault alone, never the URL."""

    def __init__(self, reason: FetchFault) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An https URL without its fragment, which is for whoever reads the document."""

    host: str
    """Lower case; an IPv6 address without its brackets."""
    port: int
    path: str
    """With the query, as it stands in the URL."""

    @classmethod
    def parse(cls, url: str) -> Self:
        """Raises FetchFailed."""
        if len(url) > _LONGEST or not _PLAIN.fullmatch(url) or "\\" in url:
            raise FetchFailed(FetchFault.BAD_URL)
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise FetchFailed(FetchFault.BAD_URL) from None
        if parts.scheme != "https":
            raise FetchFailed(FetchFault.NOT_HTTPS)
        if "@" in parts.netloc or port == 0 or not _is_host(host, bracketed="[" in parts.netloc):
            raise FetchFailed(FetchFault.BAD_URL)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(host=host, port=port or HTTPS_PORT, path=path)

    @property
    def authority(self) -> str:
        """As the Host header spells it (RFC 9110 7.2)."""
        return self._bracketed if self.port == HTTPS_PORT else f"{self._bracketed}:{self.port}"

    def is_among(self, hosts: Collection[str]) -> bool:
        """Whether they name it: `host`, which is any of its ports, or `host:port`."""
        return self._bracketed in hosts or f"{self._bracketed}:{self.port}" in hosts

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def _is_host(host: str, *, bracketed: bool) -> bool:
    if not bracketed:
        return _NAME.fullmatch(host) is not None
    try:
        return IPv6Address(host).scope_id is None
    except ValueError:
        return False
