"""Service keys: each for one purpose, told apart by id, forgiving nothing."""

from random import Random
from typing import Literal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.keystore.service_keys import (
    MissingServiceKey,
    ServiceKey,
    ServiceKeyName,
    ServiceKeys,
    client_reference,
    csrf_matches,
    csrf_token,
    key_challenges,
    name_digest,
    opened_client_reference,
    recovery_digest,
    refresh_successor,
)
from idp.values.ids import ClientId, InteractionId
from idp.values.secrets import CookieValue, RefreshToken

OLD = [ServiceKey.generate(name, Random(number).randbytes) for number, name in enumerate(ServiceKeyName)]
NEW = [ServiceKey.generate(name, Random(100 + number).randbytes) for number, name in enumerate(ServiceKeyName)]
BEFORE = ServiceKeys.of(OLD, {key.name: key.id for key in OLD})
ROTATED = ServiceKeys.of(OLD + NEW, {key.name: key.id for key in NEW})
BROWSER = CookieValue("b" * 43)
INTERACTION = str(uuid4())


def test_every_name_needs_a_current_key() -> None:
    for name in ServiceKeyName:
        current = {key.name: key.id for key in OLD}
        with pytest.raises(MissingServiceKey, match=name.value):
            ServiceKeys.of([key for key in OLD if key.name is not name], current)
        with pytest.raises(MissingServiceKey, match=name.value):
            ServiceKeys.of(OLD, {each: key_id for each, key_id in current.items() if each is not name})
        with pytest.raises(MissingServiceKey, match=name.value):
            ServiceKeys.of(OLD, {**current, name: "00112233aabb"})


def test_keys_are_found_by_name_and_id() -> None:
    """ASVS 11.2.2: what lives long stores the id of its key."""
    for old, new in zip(OLD, NEW, strict=True):
        assert ROTATED.current(old.name) is new
        assert ROTATED.get(old.name, old.id) is old
        assert [*ROTATED.all(old.name)] == [new, old]
    with pytest.raises(MissingServiceKey, match="csrf 00112233aabb"):
        ROTATED.get(ServiceKeyName.CSRF, "00112233aabb")


def test_the_same_octets_under_two_names_have_two_ids() -> None:
    assert len({ServiceKey.generate(name, Random(1).randbytes).id for name in ServiceKeyName}) == len(ServiceKeyName)


def test_labels_separate() -> None:
    key = OLD[0]
    assert key.hmac(b"message", "one") != key.hmac(b"message", "two")
    assert len(key.hmac(b"message", "one")) == 32


def test_a_csrf_token_is_one_browsers_for_one_interaction() -> None:
    """N-43, ASVS 3.5.1."""
    token = csrf_token(BEFORE, BROWSER, INTERACTION)
    assert csrf_matches(BEFORE, BROWSER, INTERACTION, token)
    assert not csrf_matches(BEFORE, CookieValue("c" * 43), INTERACTION, token)
    assert not csrf_matches(BEFORE, BROWSER, str(uuid4()), token)
    assert not csrf_matches(BEFORE, BROWSER, "", token)


@given(st.text())
def test_any_other_text_is_no_csrf_token(text: str) -> None:
    assert not csrf_matches(ROTATED, BROWSER, INTERACTION, text)
    assert not csrf_matches(ROTATED, CookieValue(text), INTERACTION, csrf_token(ROTATED, BROWSER, INTERACTION))


def test_a_csrf_token_outlives_a_rotation_of_its_key() -> None:
    """A page that was open when the key changed still posts."""
    assert csrf_matches(ROTATED, BROWSER, INTERACTION, csrf_token(BEFORE, BROWSER, INTERACTION))
    assert not csrf_matches(BEFORE, BROWSER, INTERACTION, csrf_token(ROTATED, BROWSER, INTERACTION))


def test_cookie_and_interaction_cannot_be_shifted_into_one_another() -> None:
    token = csrf_token(BEFORE, CookieValue("ab"), "c")
    assert not csrf_matches(BEFORE, CookieValue("a"), "bc", token)


def test_the_successor_of_a_refresh_token_is_always_the_same() -> None:
    """O-28: the grace gives the same one again, though the key was rotated in between."""
    token = RefreshToken.generate(Random(3).randbytes)
    successor = refresh_successor(BEFORE, token)
    assert successor == refresh_successor(BEFORE, token)
    assert successor == refresh_successor(ROTATED, token, BEFORE.current(ServiceKeyName.REFRESH_SUCCESSOR).id)
    assert successor != refresh_successor(ROTATED, token)
    assert len(successor.expose()) == len(token.expose())
    assert successor not in {token, refresh_successor(BEFORE, successor)}


def test_a_name_that_nobody_has_is_counted_without_being_stored() -> None:
    assert name_digest(BEFORE, "alice") == name_digest(BEFORE, "alice")
    assert name_digest(BEFORE, "alice") != name_digest(BEFORE, "alicf")
    assert name_digest(BEFORE, "alice") != name_digest(ROTATED, "alice")
    assert len(name_digest(BEFORE, "\ud800\0")) == 32


def test_recovery_codes_live_through_a_rotation_of_the_pepper() -> None:
    """N-11: the set keeps the id of its pepper; without the key, the database alone checks no code."""
    pepper = BEFORE.current(ServiceKeyName.RECOVERY_CODE_PEPPER).id
    assert recovery_digest(BEFORE, b"stretched") == recovery_digest(ROTATED, b"stretched", pepper)
    assert recovery_digest(BEFORE, b"stretched") != recovery_digest(ROTATED, b"stretched")
    assert len(recovery_digest(BEFORE, b"stretched")) == 32


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_a_client_reference_names_its_client(client_id: str) -> None:
    text = client_reference(BEFORE, ClientId(client_id))
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert opened_client_reference(BEFORE, text) == client_id
    assert opened_client_reference(ROTATED, text) == client_id


@given(st.text())
def test_any_other_text_names_no_client(text: str) -> None:
    assert opened_client_reference(BEFORE, text) is None


def test_a_changed_client_reference_names_nobody() -> None:
    """No link of somebody else's making has us name an app; a second spelling is no reference either."""
    text = client_reference(BEFORE, ClientId("shop"))
    for place in range(len(text)):
        other = "A" if text[place] != "A" else "B"
        assert opened_client_reference(BEFORE, text[:place] + other + text[place + 1 :]) is None
    for changed in (text + "=", text[:-1], text + "A", text * 100, "A" * 22):
        assert opened_client_reference(BEFORE, changed) is None
    assert opened_client_reference(BEFORE, client_reference(ROTATED, ClientId("shop"))) is None


def test_a_service_key_shows_its_name_alone() -> None:
    assert "KeyOctets(…)" in repr(OLD[0])
    assert repr(OLD[0].key.expose()) not in repr(BEFORE)


def test_a_challenge_belongs_to_one_try_of_one_interaction() -> None:
    """WebAuthn 13.4.3: nobody can guess it, and none serves twice."""
    first, second = InteractionId(UUID(int=1)), InteractionId(UUID(int=2))
    purposes: tuple[Literal["create", "get"], ...] = ("create", "get")
    tries = [(first, 0, purposes[0]), (first, 1, purposes[0]), (second, 0, purposes[0]), (first, 0, purposes[1])]
    made = {key_challenges(BEFORE, interaction, ceremony, purpose) for interaction, ceremony, purpose in tries}
    assert len(made) == 4
    assert all(len(challenge) == 32 for challenges in made for challenge in challenges)


def test_a_challenge_of_before_the_rotation_is_still_due() -> None:
    interaction = InteractionId(UUID(int=1))
    (earlier,) = key_challenges(BEFORE, interaction, 3, "get")
    assert key_challenges(ROTATED, interaction, 3, "get")[1:] == (earlier,)
