"""Every authenticator app makes of our QR code what we meant (T-apps, T-issuer)."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from idp.authenticators import totp
from idp.authenticators.otpauth import provisioning_uri
from idp.authenticators.totp import TotpParameters
from idp.values.secrets import AppCode, TotpSecret
from tests.drivers.authenticator_apps import READERS, Entry, Unreadable

SECRET = TotpSecret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
OCTETS = base64.b32decode(SECRET.expose())
DEFAULT = TotpParameters()
AT = datetime(2031, 3, 5, 14, 5, 10, tzinfo=UTC)
NAMES = [
    ("idp", "alice"),
    ("Ito & Sons", "alice@example.com"),
    ("A+B 100%", "al+work@example.com"),
    ("Größe?", "zoë/#1"),
    ("日本", "\u0645\u0631\u064a\u0645"),
    ("One: Two", "a:b"),
    ("Northwind", "alice (Work phone)"),
]


@pytest.mark.parametrize("app", READERS)
@pytest.mark.parametrize(("issuer", "account"), NAMES)
def test_every_app_reads_the_same_entry(app: str, issuer: str, account: str) -> None:
    """T-issuer, T-14, T-15: whichever of prefix and parameter it prefers, however it treats a second colon."""
    entry = READERS[app](provisioning_uri(issuer, account, SECRET, DEFAULT))
    assert entry == Entry(issuer=issuer.replace(":", ""), account=account.replace(":", ""), secret=OCTETS)


@pytest.mark.parametrize("app", READERS)
def test_every_app_shows_codes_that_are_taken(app: str) -> None:
    """T-apps: the default is what all of them honour."""
    entry = READERS[app](provisioning_uri("idp", "alice", SECRET, DEFAULT))
    for seconds in range(0, 300, 7):
        at = AT + timedelta(seconds=seconds)
        code = AppCode(entry.code(int(at.timestamp())))
        assert totp.match(SECRET, code, DEFAULT, at, window=0) == int(at.timestamp()) // 30


@pytest.mark.parametrize(
    ("parameters", "apps"),
    [
        (TotpParameters(digits=8), {"Authy", "FreeOTP", "FreeOTP+", "Aegis", "andOTP"}),
        (TotpParameters(algorithm="SHA256"), {"1Password", "FreeOTP", "FreeOTP+", "Aegis", "andOTP"}),
        (TotpParameters(algorithm="SHA512"), {"FreeOTP", "FreeOTP+", "Aegis", "andOTP"}),
        (TotpParameters(period=60), {"1Password", "FreeOTP", "FreeOTP+", "Aegis", "andOTP"}),
    ],
)
def test_other_kinds_of_codes_work_in_some_apps_only(parameters: TotpParameters, apps: set[str]) -> None:
    """T-apps, T-16: why an admin is warned, and why a set-up is proved by a code whatever the kind."""
    uri = provisioning_uri("idp", "alice", SECRET, parameters)
    assert {app for app in READERS if _takes(app, uri, parameters)} == apps


def _takes(app: str, uri: str, parameters: TotpParameters) -> bool:
    try:
        entry = READERS[app](uri)
    except Unreadable:
        return False
    code = AppCode(entry.code(int(AT.timestamp())))
    return totp.match(SECRET, code, parameters, AT, window=0) is not None


@pytest.mark.parametrize(
    ("uri", "apps"),
    [
        ("otpauth://totp/a:b:c?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=a", {"FreeOTP"}),
        ("otpauth://totp/a:b?secret=GEZDGNBV&issuer=a", {"FreeOTP"}),
        ("otpauth://totp/a:b?issuer=a", set(READERS)),
        ("otpauth://hotp/a:b?secret=GEZDGNBV&issuer=a", set(READERS)),
    ],
)
def test_the_readers_refuse_what_their_apps_refuse(uri: str, apps: set[str]) -> None:
    """T-15: without this the tests above would prove nothing."""
    refused = set()
    for app, reader in READERS.items():
        try:
            reader(uri)
        except Unreadable:
            refused.add(app)
    assert refused == apps


def test_the_readers_differ_where_prefix_and_parameter_do() -> None:
    """T-issuer: the same."""
    uri = "otpauth://totp/Prefix:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Parameter"
    issuers = {app: reader(uri).issuer for app, reader in READERS.items()}
    assert (issuers["FreeOTP"], issuers["Aegis"]) == ("Prefix", "Prefix")
    assert (issuers["FreeOTP+"], issuers["andOTP"]) == ("Parameter", "Parameter")
