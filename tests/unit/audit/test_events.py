"""Security events: a closed union with stable names, and a clear line between what may be read and what is sealed."""

import dataclasses
import json
import pkgutil
import re
from datetime import UTC, datetime
from importlib import import_module
from typing import get_args
from uuid import UUID

import pytest

from idp import audit
from idp.audit import catalogue, directory, keys, service, sign_in
from idp.audit.event import Event, SecurityEvent
from idp.authenticators.key_response import KeyRefusal
from idp.authenticators.methods import Method
from idp.values.actors import Actor, Origin
from idp.values.ids import AuthenticatorId, RequestId
from idp.values.secrets import Password

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def subclasses(of: type[Event]) -> set[type[Event]]:
    # A slotted dataclass leaves the class that it was made from behind as a second subclass of the same name.
    return {
        each
        for module in (import_module(found.name) for found in pkgutil.iter_modules(audit.__path__, "idp.audit."))
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, of) and each is not of
    }


def test_the_union_holds_every_event() -> None:
    assert set(catalogue.EVENTS) == subclasses(Event)


def test_every_kind_is_its_own_and_in_snake_case() -> None:
    assert len(set(catalogue.KINDS)) == len(catalogue.KINDS)
    assert [kind for kind in catalogue.KINDS if not re.fullmatch(r"[a-z]+(_[a-z]+)*", kind)] == []


def test_every_event_is_a_frozen_value() -> None:
    for event in catalogue.EVENTS:
        assert dataclasses.is_dataclass(event)
        assert "__slots__" in vars(event)


def test_names_and_addresses_are_personal_in_every_event() -> None:
    """docs/operations.md: rows written in clear could never be sealed later."""
    telling = {"username", "email", "source", "named", "before", "after"}
    found = {
        (event.kind, each.name)
        for event in catalogue.EVENTS
        for each in dataclasses.fields(event)
        if each.name in telling and not each.metadata.get("personal")
    }
    of_the_service = {"client_changed", "policy_rule_set", "configuration_changed", "root_key_rotated"}
    assert {kind for kind, _ in found} == of_the_service


def test_details_are_json_whatever_the_field_is() -> None:
    event = sign_in.EnrolmentConfirmed(method=Method.APP_CODE, authenticator=AuthenticatorId(UUID(int=7)))
    assert event.details() == {
        "method": "otp",
        "authenticator": "00000000-0000-0000-0000-000000000007",
        "replaced": False,
        "further": False,
    }
    completed = sign_in.SignInCompleted(acr="2fa", amr=("pwd", "otp", "mfa"), waived_until=AT)
    assert json.loads(json.dumps(completed.details()))["amr"] == ["pwd", "otp", "mfa"]
    assert completed.details()["waived_until"] == "2026-11-24T12:00:00+00:00"
    changed = service.ClientChanged(before={"scopes": ["a"]}, after={"scopes": ("a", "b")})
    assert changed.details() == {"before": {"scopes": ["a"]}, "after": {"scopes": ["a", "b"]}}


def test_every_refusal_of_a_new_key_has_its_name() -> None:
    """Those that `authenticators` can give for one; all others are about keys that are shown."""
    assert set(get_args(keys.RegistrationFault)) == {
        KeyRefusal.BAD_SHAPE,
        KeyRefusal.WRONG_CHALLENGE,
        KeyRefusal.WRONG_ORIGIN,
        KeyRefusal.WRONG_RELYING_PARTY,
        KeyRefusal.NOT_PRESENT,
        KeyRefusal.ALREADY_REGISTERED,
    }


def test_a_secret_has_no_place_in_an_event() -> None:
    """ASVS 16.2.5: not even masked."""
    changed = service.ConfigurationChanged(name="x", before=None, after=Password("canary"))
    with pytest.raises(TypeError, match="Password") as caught:
        changed.details()
    assert "canary" not in str(caught.value)


def test_personal_fields_are_text_of_bounded_length_and_leave_nothing_empty() -> None:
    assert sign_in.PasswordRefused(reason="wrong").personal() == {}
    assert len(sign_in.PasswordRefused(reason="unknown_name", name="x" * 5000).personal()["name"]) == 300
    event = directory.UserChanged(fields=("email",), before={"email": None}, after={"email": "é@example.org"})
    assert event.details() == {"fields": ["email"]}
    assert event.personal() == {"before": '{"email": null}', "after": '{"email": "é@example.org"}'}


def test_the_envelope_adds_where_from_and_who_ran_the_command() -> None:
    origin = Origin(address="192.0.2.7", agent="Canary/1.0", request_id=RequestId("r"))
    envelope = SecurityEvent(
        event=directory.UserCreated(username="bob"), at=AT, actor=Actor(kind="command", name="alice"), origin=origin
    )
    assert envelope.personal() == {
        "address": "192.0.2.7",
        "agent": "Canary/1.0",
        "actor_name": "alice",
        "username": "bob",
    }


def test_an_envelope_from_nowhere_has_nothing_personal() -> None:
    assert SecurityEvent(event=directory.UserUnlocked(), at=AT, actor=Actor(kind="job")).personal() == {}
