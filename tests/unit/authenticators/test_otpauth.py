"""The otpauth URI: one form that every authenticator app reads the same way."""

from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.authenticators.otpauth import labelled, manual_key, provisioning_uri
from idp.authenticators.totp import TotpParameters
from idp.values.secrets import TotpSecret

SECRET = TotpSecret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
DEFAULT = TotpParameters()


def test_the_uri_has_the_form_that_apps_agree_on() -> None:
    """T-14, T-16: issuer as prefix and as parameter, %20 for a space, defaults left out."""
    assert provisioning_uri("Ito & Sons", "alice@example.com", SECRET, DEFAULT) == (
        "otpauth://totp/Ito%20%26%20Sons:alice@example.com"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Ito%20%26%20Sons"
    )


def test_other_parameters_than_the_defaults_are_written_out() -> None:
    """T-16."""
    uri = provisioning_uri("Id", "alice", SECRET, TotpParameters(algorithm="SHA256", digits=8, period=60))
    assert uri.endswith("&issuer=Id&algorithm=SHA256&digits=8&period=60")


def test_a_further_app_adds_its_name() -> None:
    """T-18: two entries with one label would overwrite each other."""
    uri = provisioning_uri("Id", labelled("alice", "work: phone"), SECRET, DEFAULT)
    assert unquote(urlsplit(uri).path) == "/Id:alice (work phone)"
    assert labelled("alice", "") == "alice"


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [("a:b", "ab"), ("a\x00\n\u202eb", "ab"), ("  a \t b ", "a b"), ("a/b?c#d", "a/b?c#d"), ("Åsa", "Åsa")],
)
def test_colons_and_unseen_characters_are_stripped_from_both_names(given_name: str, shown: str) -> None:
    """T-15: FreeOTP refuses a second colon, Aegis puts all of it into the account name."""
    uri = urlsplit(provisioning_uri(given_name, given_name, SECRET, DEFAULT))
    assert unquote(uri.path) == f"/{shown}:{shown}"
    assert parse_qs(uri.query)["issuer"] == [shown]


@pytest.mark.parametrize(("issuer", "account"), [("", "alice"), (": :", "alice"), ("Id", "\n")])
def test_a_name_of_which_nothing_is_left_is_refused(issuer: str, account: str) -> None:
    with pytest.raises(ValueError, match=r"^nothing is left"):
        provisioning_uri(issuer, account, SECRET, DEFAULT)


@given(st.text(min_size=1).map(lambda text: "x" + text), st.text().map(lambda text: "y" + text))
def test_every_pair_of_names_makes_one_label_that_parsers_read_back(issuer: str, account: str) -> None:
    """T-18: apps key their entries on both names. Prefix and parameter are identical, one colon stands between."""
    uri = provisioning_uri(issuer, account, SECRET, DEFAULT)
    assert uri.isascii()
    assert "+" not in uri
    label = unquote(urlsplit(uri).path)[1:]
    assert label.count(":") == 1
    assert parse_qs(urlsplit(uri).query)["issuer"] == [label.split(":")[0]]
    read = pyotp.parse_uri(uri)
    assert (read.issuer, read.name, read.secret) == (*label.split(":"), SECRET.expose())


def test_the_key_is_shown_in_groups_of_four() -> None:
    """T-17."""
    assert manual_key(SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
