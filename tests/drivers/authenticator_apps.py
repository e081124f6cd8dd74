"""What authenticator apps make of an `otpauth:` address, each as its own reader does it (T-apps, T-issuer).

entry = READERS["Aegis"](uri)          # raises Unreadable where the app would say that the QR code is of no use
entry.code(unix_seconds)               # what it shows then

Owns readers of its own: nothing here is made of the code that writes the address, nor of the library that checks codes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

_ESCAPE = re.compile("((?:%[0-9A-Fa-f]{2})+)")


class Unreadable(ValueError):
    """The app takes no such QR code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line in an app. Apps overwrite an entry of the same issuer and account."""

    issuer: str
    account: str
    secret: bytes
    algorithm: str = "SHA1"
    digits: int = 6
    period: int = 30

    def code(self, unix_seconds: int) -> str:
        """RFC 6238 4.2 and RFC 4226 5.3, by hand."""
        counter = (unix_seconds // self.period).to_bytes(8, "big")
        mac = hmac.new(self.secret, counter, getattr(hashlib, self.algorithm.lower())).digest()
        offset = mac[-1] & 15
        number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
        return str(number % 10**self.digits).zfill(self.digits)


Reader: TypeAlias = Callable[[str], Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Address:
    label: str
    """Still percent-encoded."""
    parameters: Mapping[str, str]

    @property
    def entry(self) -> Entry:
        """What everybody reads alike; the names are left to each app."""
        secret = self.parameters.get("secret", "")
        try:
            octets = base64.b32decode(secret + "=" * (-len(secret) % 8), casefold=True)
        except binascii.Error as error:
            raise Unreadable("no base32") from error
        if not octets:
            raise Unreadable("no secret")
        return Entry(
            issuer="",
            account="",
            secret=octets,
            algorithm=self.parameters.get("algorithm", "SHA1"),
            digits=int(self.parameters.get("digits", "6")),
            period=int(self.parameters.get("period", "30")),
        )

    @property
    def names(self) -> tuple[str, str]:
        """Prefix of the label (empty where there is none) and account, split at the first colon."""
        prefix, colon, account = unescaped(self.label).partition(":")
        return (prefix.strip(), account.strip()) if colon else ("", prefix.strip())


def unescaped(text: str) -> str:
    """Percent-encoded UTF-8; a plus stays a plus, as Android's and Apple's readers of addresses have it."""
    return _ESCAPE.sub(lambda match: binascii.unhexlify(match[1].replace("%", "")).decode(), text)


def _read(uri: str) -> _Address:
    match = re.fullmatch(r"otpauth://totp/([^/?#]+)\?([^#]+)", uri)
    if match is None or not uri.isascii():
        raise Unreadable("no address of a time-based code")
    pairs = (pair.partition("=") for pair in match[2].split("&"))
    return _Address(label=match[1], parameters={name: unescaped(value) for name, _, value in pairs})


def _google(uri: str) -> Entry:
    """Google Authenticator for Android, Microsoft Authenticator: whatever is asked, SHA1, 6 digits, 30 seconds."""
    address = _read(uri)
    prefix, account = address.names
    issuer = address.parameters.get("issuer", prefix)
    return replace(address.entry, issuer=issuer, account=account, algorithm="SHA1", digits=6, period=30)


def _authy(uri: str) -> Entry:
    """SHA1, with 6 or 8 digits."""
    found = _by_prefix(_read(uri))
    if found.digits not in {6, 8}:
        raise Unreadable("digits")
    return replace(found, algorithm="SHA1", period=30)


def _one_password(uri: str) -> Entry:
    """SHA1 or SHA256, with 6 digits."""
    found = _by_parameter(_read(uri))
    if found.algorithm not in {"SHA1", "SHA256"} or found.digits != 6:
        raise Unreadable("kind")
    return found


def _freeotp(uri: str) -> Entry:
    """Refuses a second colon and secrets under 16 octets; takes 6 to 9 digits and 5 seconds or more."""
    address = _read(uri)
    found = _by_prefix(address)
    if unescaped(address.label).count(":") > 1 or len(found.secret) < 16:
        raise Unreadable("label or secret")
    if not 6 <= found.digits <= 9 or found.period < 5:
        raise Unreadable("kind")
    return found


def _freeotp_plus(uri: str) -> Entry:
    """The parameter before the prefix; 5 to 8 digits."""
    found = _by_parameter(_read(uri))
    if not 5 <= found.digits <= 8:
        raise Unreadable("digits")
    return found


def _aegis(uri: str) -> Entry:
    """The prefix before the parameter; with a second colon all of the label is the account."""
    address = _read(uri)
    parts = unescaped(address.label).split(":")
    if len(parts) == 2:
        return replace(address.entry, issuer=parts[0], account=parts[1])
    return replace(address.entry, issuer=address.parameters.get("issuer", ""), account=unescaped(address.label))


def _and_otp(uri: str) -> Entry:
    """The issuer from the parameter alone; a prefix that is something else stays part of the account."""
    address = _read(uri)
    issuer, label = address.parameters.get("issuer", ""), unescaped(address.label)
    return replace(address.entry, issuer=issuer, account=label.removeprefix(f"{issuer}:"))


def _by_prefix(address: _Address) -> Entry:
    prefix, account = address.names
    return replace(address.entry, issuer=prefix or address.parameters.get("issuer", ""), account=account)


def _by_parameter(address: _Address) -> Entry:
    prefix, account = address.names
    return replace(address.entry, issuer=address.parameters.get("issuer") or prefix, account=account)


READERS: Mapping[str, Reader] = {
    "Google Authenticator": _google,
    "Microsoft Authenticator": _google,
    "Authy": _authy,
    "1Password": _one_password,
    "FreeOTP": _freeotp,
    "FreeOTP+": _freeotp_plus,
    "Aegis": _aegis,
    "andOTP": _and_otp,
}
