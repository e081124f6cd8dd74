"""What may be configured, and that nothing else is stored or weakens what a level promises."""

from datetime import timedelta

import pytest

from idp.authenticators.methods import Level
from idp.authenticators.totp import TotpParameters
from idp.storage import config_values
from idp.storage.config_values import ConfigValues, InvalidConfiguration


def test_what_is_not_set_has_its_default() -> None:
    assert config_values.of({}) == ConfigValues()


def test_everything_that_can_be_set_is_taken() -> None:
    values = config_values.of(
        {
            "brand_name": "Acme",
            "support_contact": "Desk 7",
            "acr_aliases": {"https://refeds.org/profile/mfa": "2fa"},
            "session_idle_seconds": 600,
            "session_absolute_seconds": 3600,
            "security_event_days": 90,
            "app_code_algorithm": "SHA512",
            "app_code_digits": 8,
            "app_code_period_seconds": 60,
        }
    )
    assert values.brand_name == "Acme"
    assert values.acr_aliases == {"https://refeds.org/profile/mfa": Level.TWO}
    assert values.session_lifetimes.idle == timedelta(minutes=10)
    assert values.session_lifetimes.absolute == timedelta(hours=1)
    assert values.app_codes == TotpParameters(algorithm="SHA512", digits=8, period=60)
    assert (values.support_contact, values.security_event_days) == ("Desk 7", 90)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("brand", "Acme"),
        ("brand_name", ""),
        ("brand_name", "x" * 101),
        ("brand_name", "two\nlines"),
        ("brand_name", 7),
        ("support_contact", None),
        ("acr_aliases", ["2fa"]),
        ("acr_aliases", {"": "2fa"}),
        ("acr_aliases", {"two words": "2fa"}),
        ("acr_aliases", {"café": "2fa"}),
        ("acr_aliases", {"1fa": "2fa"}),
        ("acr_aliases", {"x": "3fa"}),
        ("acr_aliases", {"x": ["2fa"]}),
        ("session_idle_seconds", 3601),
        ("session_idle_seconds", True),
        ("session_idle_seconds", "600"),
        ("session_absolute_seconds", 86_401),
        ("security_event_days", 29),
        ("app_code_algorithm", "MD5"),
        ("app_code_algorithm", ["SHA1"]),
        ("app_code_digits", 5),
        ("app_code_digits", 9),
        ("app_code_digits", "8"),
        ("app_code_period_seconds", 45),
        ("app_code_period_seconds", True),
    ],
)
def test_nothing_else_is_taken(name: str, value: object) -> None:
    """SP 800-63B 2.2.3: a session at AAL2 lives 24 hours at most and one hour idle."""
    with pytest.raises(InvalidConfiguration, match=name):
        config_values.of({name: value})


def test_a_session_is_not_idle_for_longer_than_it_lives() -> None:
    with pytest.raises(InvalidConfiguration, match="must not exceed"):
        config_values.of({"session_absolute_seconds": 600})


def test_every_name_is_listed() -> None:
    assert "brand_name" in config_values.names()
