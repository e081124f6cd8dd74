"""The issuer: one configured URL, byte for byte the `iss` of everything we sign, and the root of every URL we build."""

from typing import Self
from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Issuer(str):
    """An https URL without query, fragment or final slash; http for loopback only (RFC 8414 2, RFC 9207 2)."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError with one sentence for whoever set it."""
        parts = urlsplit(text)
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise ValueError("the issuer must be an https URL such as https://id.example.org")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ValueError("the issuer may use http on localhost, 127.0.0.1 or [::1] only")
        if parts.query or parts.fragment or "?" in text or "#" in text or parts.username is not None:
            raise ValueError("the issuer must have no query, fragment or user name")
        if text.endswith("/"):
            raise ValueError("the issuer must not end with a slash")
        if text != text.strip() or not text.isascii():
            raise ValueError("the issuer must be plain ASCII without spaces")
        _ = parts.port  # raises ValueError for a port that is no number
        return cls(text)

    def url(self, path: str) -> str:
        """An absolute URL of ours; `path` starts with a slash."""
        return f"{self}{path}"

    @property
    def secure(self) -> bool:
        """Whether cookies carry `Secure` and the `__Host-` prefix."""
        return self.startswith("https:")

    @property
    def origin(self) -> str:
        """Scheme and authority, as browsers send it in `Origin`."""
        parts = urlsplit(self)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def path(self) -> str:
        """The path of the issuer, empty for most: routes are mounted below it."""
        return urlsplit(self).path
