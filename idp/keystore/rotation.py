"""When a signing key is made, activated, retired and forgotten. Pure: decides, changes nothing.

    (nothing) ─ MakeKey ─► next ─ ActivateKey ─► active ─ ActivateKey of the next ─► retiring ─ ForgetKey ─► gone

A next key is made `publish_ahead` before it is needed, and activated once it has been published that long, whether the
schedule or an admin asked for it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from idp.keystore.compact import ALGORITHMS, Algorithm
from idp.keystore.keyring import KeyState, PublishedKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The lengths of a key's life."""

    every: timedelta = timedelta(days=90)
    """From one activation to the next."""
    publish_ahead: timedelta = timedelta(days=1)
    """Longer than any relying app keeps a JWKS; ours is sent with a max-age far below it."""
    longest_token: timedelta
    """Lifetime of the longest-lived JWT that the key signs."""
    skew: timedelta = timedelta(minutes=5)
    """For clocks that go wrong and for nodes that learn of a rotation late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeKey:
    """Make a key: as `next`, or as `active` where its algorithm has none at all."""

    alg: Algorithm
    state: Literal[KeyState.NEXT, KeyState.ACTIVE]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivateKey:
    """The next key signs from now on; the one that signed retires in the same statement."""

    kid: str
    retires: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetKey:
    """Unpublish, and destroy the private half."""

    kid: str


Transition = MakeKey | ActivateKey | ForgetKey


def due(
    keys: Iterable[PublishedKey], wanted: Collection[Algorithm], schedule: Schedule, at: datetime
) -> list[Transition]:
    """What is to be done now, in order. `wanted` are the algorithms that clients are registered for.

    Asked again after its own answer was carried out, it has nothing more to do.
    """
    held = tuple(keys)
    steps: list[Transition] = []
    for alg in ALGORITHMS:
        steps += _advance(_current(held, alg), alg, schedule, at) if alg in wanted else []
    return steps + [ForgetKey(kid=key.kid) for key in held if _outlived(key, schedule, at)]


def rotate(keys: Iterable[PublishedKey], alg: Algorithm, schedule: Schedule, at: datetime) -> list[Transition]:
    """An admin asks for a new key: it is published now and signs once it has been published long enough.

    Nothing where a next key already waits. To sign with a new key at once, activate a made key (`rotate_at_once`).
    """
    current = _current(tuple(keys), alg)
    if current.active is None or current.next is not None:
        return _advance(current, alg, schedule, at)
    return [MakeKey(alg=alg, state=KeyState.NEXT)]


def rotate_at_once(keys: Iterable[PublishedKey], alg: Algorithm) -> list[Transition]:
    """After a suspected theft: the next key signs now, however short it was published.

    Relying apps fetch the JWKS again when they meet an unknown kid (Core 10.1.1). Where no next key waits the answer is
    to make one; carry it out, ask again, and it is activated.
    """
    current = _current(tuple(keys), alg)
    if current.next is None:
        return [MakeKey(alg=alg, state=KeyState.NEXT if current.active else KeyState.ACTIVE)]
    return [_activation(current.next, current.active)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Current:
    next: PublishedKey | None
    active: PublishedKey | None


def _current(keys: tuple[PublishedKey, ...], alg: Algorithm) -> _Current:
    def of(state: KeyState) -> PublishedKey | None:
        return next((key for key in keys if key.alg == alg and key.state is state), None)

    return _Current(next=of(KeyState.NEXT), active=of(KeyState.ACTIVE))


def _advance(current: _Current, alg: Algorithm, schedule: Schedule, at: datetime) -> list[Transition]:
    match current:
        case _Current(next=None, active=None):
            return [MakeKey(alg=alg, state=KeyState.ACTIVE)]
        case _Current(next=PublishedKey() as waiting, active=active) if active is None or _known(waiting, schedule, at):
            return [_activation(waiting, active)]
        case _Current(next=None, active=PublishedKey() as active) if _ageing(active, schedule, at):
            return [MakeKey(alg=alg, state=KeyState.NEXT)]
        case _:
            return []


def _activation(waiting: PublishedKey, active: PublishedKey | None) -> ActivateKey:
    return ActivateKey(kid=waiting.kid, retires=active.kid if active else None)


def _known(waiting: PublishedKey, schedule: Schedule, at: datetime) -> bool:
    """Core 10.1.1: a key is published before its first use, for as long as caches may be old."""
    return at >= waiting.created_at + schedule.publish_ahead


def _ageing(active: PublishedKey, schedule: Schedule, at: datetime) -> bool:
    since = active.activated_at or active.created_at
    return at >= since + schedule.every - schedule.publish_ahead


def _outlived(key: PublishedKey, schedule: Schedule, at: datetime) -> bool:
    """Core 10.1.1: a retired key stays published until its last token has expired."""
    if key.state is not KeyState.RETIRING or key.retired_at is None:
        return False
    return at >= key.retired_at + schedule.longest_token + schedule.skew
