"""Redirect URIs: which may be registered, and when a presented one equals a registered one.

Comparison is of strings, never of parsed URLs (RFC 9700 2.1); the only freedom is the port of a loopback address.
"""

import re
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, urlsplit

from idp.oidc.errors import InvalidRedirectUri
from idp.values.issuer import LOOPBACK

ApplicationType = Literal["web", "native"]

LONGEST = 2000
"""Characters; what common browsers and servers still take as a URL."""

# RFC 8252 7.3: the address as a literal, then any port. `localhost` has no such freedom (8.3).
_LOOPBACK = re.compile(r"http://(?P<host>127\.0\.0\.1|\[::1\])(?::(?P<port>[0-9]{1,5}))?(?P<rest>(?:[/?].*)?)")
_PLAIN = re.compile(r"[\x21-\x7e]+")
# RFC 3986 3.2.2 allows more than any name of the internet has: «;» and «,» would split our Content-Security-Policy.
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9._\-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+\-]*(?:\.[a-z0-9+\-]+)+")  # RFC 8252 7.1: a reversed domain name
_OURS = frozenset({"code", "state", "iss", "error", "error_description", "error_uri", "session_state", "response"})


def _refuse_unless(condition: bool, description: str) -> None:  # noqa: FBT001 - reads as the sentence it is
    if not condition:
        raise InvalidRedirectUri(description)


def _split(uri: str) -> SplitResult:
    try:
        parts = urlsplit(uri)
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        raise InvalidRedirectUri("A redirect URI must be a well-formed URI.") from None
    return parts


def _refuse_by_scheme(parts: SplitResult, application_type: ApplicationType) -> None:
    match parts.scheme:
        case "https":
            _refuse_unless(names_host(parts), "An https redirect URI must name a host.")
        case "http":
            _refuse_unless(
                parts.hostname in LOOPBACK,
                "A redirect URI may use http on 127.0.0.1, [::1] and localhost only; everything else needs https.",
            )
        case scheme:
            # RFC 8252 7.1, 8.4; shuts out javascript, data, file and every other scheme without a domain in it
            _refuse_unless(
                application_type == "native" and _PRIVATE_SCHEME.fullmatch(scheme) is not None,
                "A redirect URI must use https, or for a native application a private scheme such as com.example.app.",
            )


def names_host(parts: SplitResult) -> bool:
    """Whether its authority is a host name or address, with or without a port, and nothing else."""
    return _AUTHORITY.fullmatch(parts.netloc) is not None


def checked_redirect_uri(uri: str, application_type: ApplicationType) -> str:
    """The URI as given, fit for registration. Raises InvalidRedirectUri with one sentence for whoever registers it."""
    _refuse_unless(len(uri) <= LONGEST, "A redirect URI may have at most 2000 characters.")
    _refuse_unless(
        _PLAIN.fullmatch(uri) is not None and not set(uri) & set('\\"<>^`{|}'),
        "A redirect URI must be printable ASCII without spaces, quotes or backslashes; escape anything else.",
    )
    _refuse_unless("#" not in uri, "A redirect URI must not have a fragment.")  # RFC 6749 3.1.2
    _refuse_unless("*" not in uri, "A redirect URI must not have a wildcard; register each one.")  # RFC 9700 2.1
    parts = _split(uri)
    _refuse_unless("@" not in parts.netloc, "A redirect URI must not have a user name.")
    _refuse_by_scheme(parts, application_type)
    names = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    _refuse_unless(
        not names & _OURS,
        "The query of a redirect URI must not use names that the response uses, such as code or state.",
    )
    return uri


def is_loopback(uri: str) -> bool:
    """Whether the URI leads to the person's own machine."""
    parts = urlsplit(uri)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def is_private_scheme(uri: str) -> bool:
    """Whether the URI is handled by an installed application rather than a browser."""
    return urlsplit(uri).scheme not in {"http", "https"}


def origin_of(uri: str) -> str | None:
    """The origin as browsers spell it: lower case, without a default port; None for private schemes."""
    parts = urlsplit(uri)
    default = {"https": 443, "http": 80}.get(parts.scheme)
    if default is None or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + ("" if parts.port in {None, default} else f":{parts.port}")


def matches(registered: str, presented: str, application_type: ApplicationType) -> bool:
    """Whether it is the registered one: the same string, or the same loopback address of a native client."""
    if registered == presented:  # RFC 9700 2.1, 4.1.3: simple string comparison (RFC 3986 6.2.1)
        return True
    if application_type != "native":
        return False
    ours, theirs = _LOOPBACK.fullmatch(registered), _LOOPBACK.fullmatch(presented)
    if not ours or not theirs or int(theirs["port"] or 80) not in range(1, 65536):
        return False
    return ours.group("host", "rest") == theirs.group("host", "rest")  # RFC 8252 7.3: any port, and nothing else
