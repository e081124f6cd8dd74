"""`acr`: which names are advertised, which level a name means, and which name a token carries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.authenticators.acr import acr_of, advertised, level_asked, level_of, lowest_level_asked, reached_acr
from idp.authenticators.methods import Level

REFEDS = "https://refeds.org/profile/mfa"
ALIASES = {REFEDS: Level.TWO, "2factor": Level.TWO, "basic": Level.ONE}
VALUES = st.lists(st.sampled_from([*ALIASES, "1fa", "2fa", "phr", "aal9", "urn:other"]))
REACHED = st.sampled_from([Level.ONE, Level.TWO, Level.PHISHING_RESISTANT])


def test_levels_have_names_both_ways() -> None:
    """A-04: the mapping is documented and works in both directions."""
    names = {Level.ONE: "1fa", Level.TWO: "2fa", Level.PHISHING_RESISTANT: "phr"}
    assert {level: acr_of(level) for level in Level if level} == names
    assert all(level_of(acr_of(level), {}) is level for level in Level if level)


def test_nothing_proved_has_no_acr() -> None:
    """A-11: never a false acr."""
    with pytest.raises(ValueError, match=r"^nothing was proved"):
        acr_of(Level.NONE)


def test_what_is_advertised_is_our_names_and_the_aliases() -> None:
    """A-04, OIDC Discovery 3."""
    assert advertised({}) == ("1fa", "2fa", "phr")
    assert advertised(ALIASES) == ("1fa", "2fa", "phr", "2factor", "basic", REFEDS)
    assert advertised({"2fa": Level.ONE}) == ("1fa", "2fa", "phr")


def test_an_alias_cannot_change_what_our_own_names_mean() -> None:
    assert level_of("2fa", {"2fa": Level.ONE}) is Level.TWO


@pytest.mark.parametrize("unknown", ["", "PHR", "phrh", "2FA", "0", "urn:other"])
def test_an_unknown_value_names_no_level(unknown: str) -> None:
    """A-02, OIDC Core 2: case-sensitive."""
    assert level_of(unknown, ALIASES) is None


@pytest.mark.parametrize(
    ("level", "requested", "acr"),
    [
        (Level.TWO, [], "2fa"),
        (Level.ONE, [], "1fa"),
        (Level.TWO, ["2factor"], "2factor"),
        (Level.TWO, ["1fa"], "1fa"),
        (Level.TWO, ["basic", REFEDS], REFEDS),
        (Level.TWO, [REFEDS, "2fa"], REFEDS),
        (Level.TWO, ["2fa", REFEDS], "2fa"),
        (Level.ONE, ["2fa"], "1fa"),
        (Level.ONE, [REFEDS, "basic"], "basic"),
        (Level.TWO, ["phr", "urn:other"], "2fa"),
        (Level.PHISHING_RESISTANT, ["phr", "2fa"], "phr"),
        (Level.PHISHING_RESISTANT, [REFEDS], REFEDS),
        (Level.PHISHING_RESISTANT, [], "phr"),
    ],
)
def test_the_highest_requested_value_reached_is_returned_as_spelt(level: Level, requested: list[str], acr: str) -> None:
    """A-10, A-11: relying apps compare for equality, in their order of preference."""
    assert reached_acr(level, requested, ALIASES) == acr


@given(REACHED, VALUES)
def test_a_token_never_claims_more_than_was_reached(level: Level, requested: list[str]) -> None:
    """A-11, N-42."""
    claimed = level_of(reached_acr(level, requested, ALIASES), ALIASES)
    assert claimed is not None
    assert Level.NONE < claimed <= level


@pytest.mark.parametrize(
    ("asked", "level"),
    [
        ([], None),
        (["urn:other"], None),
        (["phr", "urn:other"], Level.PHISHING_RESISTANT),
        (["2fa"], Level.TWO),
        (["2fa", "1fa"], Level.ONE),
        (["phr", REFEDS], Level.TWO),
        (["basic", REFEDS], Level.ONE),
    ],
)
def test_acr_values_ask_for_the_lowest_level_that_they_name(asked: list[str], level: Level | None) -> None:
    """OIDC Core 3.1.2.1: the parameter is voluntary, what is unknown asks for nothing."""
    assert lowest_level_asked(asked, ALIASES) == level


def test_of_several_lists_the_strictest_counts() -> None:
    """None of them takes anything from another."""
    assert level_asked([["gold"], ["2fa"]], ALIASES) == Level.TWO
    assert level_asked([["2fa", "1fa"], ["2fa"]], ALIASES) == Level.TWO
    assert level_asked([["2fa", "1fa"], []], ALIASES) == Level.ONE
    assert level_asked([["gold"], []], ALIASES) is None


@given(REACHED, VALUES)
def test_whoever_reaches_the_level_asked_gets_a_requested_value(level: Level, asked: list[str]) -> None:
    """A-10: the step-up that acr_values started ends with one of them in the token."""
    lowest = lowest_level_asked(asked, ALIASES)
    if lowest is not None and level >= lowest:
        assert reached_acr(level, asked, ALIASES) in asked
