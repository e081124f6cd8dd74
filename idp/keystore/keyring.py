"""All signing keys of the service at one moment, parsed: what signs, what verifies, what is published. Immutable."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self

from idp.keystore.compact import ALGORITHMS, Algorithm, PublicJwk
from idp.keystore.signing import SigningKey
from idp.keystore.verifying import VerifyingKey


class KeyState(StrEnum):
    """The life of a signing key, in this order; the values are those of the database."""

    NEXT = "next"
    """Published, not yet used: caches of relying apps learn it first."""
    ACTIVE = "active"
    """Signs; one for each algorithm."""
    RETIRING = "retiring"
    """Signs no more, stays published until its longest token has expired."""
    GONE = "gone"
    """No longer published and its private half destroyed; kept to recognise old ID token hints."""


# The active ones first: naive clients take the first key of a JWKS.
_PUBLISHED = (KeyState.ACTIVE, KeyState.RETIRING, KeyState.NEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedKey:
    """The public side of a signing key and the instants of its life."""

    kid: str
    alg: Algorithm
    state: KeyState
    public_jwk: PublicJwk
    created_at: datetime
    activated_at: datetime | None = None
    retired_at: datetime | None = None


class InconsistentKeys(Exception):
    """The keys contradict one another: two active for one algorithm, or an active one without its private half."""


class NoSigningKey(Exception):
    """No key of this algorithm is active."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """Made by `of` whenever the keys change; shared by all requests in between."""

    keys: tuple[PublishedKey, ...]
    _signing: Mapping[Algorithm, SigningKey] = field(repr=False)
    _verifying: tuple[VerifyingKey, ...] = field(repr=False)
    _remembered: tuple[VerifyingKey, ...] = field(repr=False)

    @classmethod
    def of(cls, keys: Iterable[PublishedKey], private: Iterable[SigningKey]) -> Self:
        """Raises InconsistentKeys, and ValueError for a JWK that is not the key of its kid."""
        ordered = tuple(sorted(keys, key=_order))
        parsed = {key.kid: VerifyingKey.from_jwk(key.kid, key.alg, key.public_jwk) for key in ordered}
        return cls(
            keys=ordered,
            _signing=_active(ordered, {key.kid: key for key in private}),
            _verifying=tuple(parsed[key.kid] for key in ordered if key.state in _PUBLISHED),
            _remembered=tuple(parsed.values()),
        )

    def signing_key(self, alg: Algorithm) -> SigningKey:
        """The active key. Raises NoSigningKey."""
        if alg not in self._signing:
            raise NoSigningKey(f"no {alg} key is active; run: idp keys rotate {alg}")
        return self._signing[alg]

    def algs(self) -> tuple[Algorithm, ...]:
        """The algorithms that can be signed with, in a fixed order: what the metadata may advertise."""
        return tuple(alg for alg in ALGORITHMS if alg in self._signing)

    def verification_keys(self) -> tuple[VerifyingKey, ...]:
        """Every published key, for access tokens."""
        return self._verifying

    def hint_keys(self) -> tuple[VerifyingKey, ...]:
        """Every key ever, for ID token hints alone: they say whom somebody means and open nothing."""
        return self._remembered

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The JWK Set (RFC 7517 5): active, retiring, next."""
        return {"keys": [dict(key.public_jwk) for key in self.keys if key.state in _PUBLISHED]}


def _order(key: PublishedKey) -> tuple[int, int, datetime]:
    states = (*_PUBLISHED, KeyState.GONE)
    return states.index(key.state), ALGORITHMS.index(key.alg), key.created_at


def _active(keys: Iterable[PublishedKey], private: Mapping[str, SigningKey]) -> dict[Algorithm, SigningKey]:
    active: dict[Algorithm, SigningKey] = {}
    for key in keys:
        if key.state is not KeyState.ACTIVE:
            continue
        if key.alg in active:
            raise InconsistentKeys(f"two keys are active for {key.alg}: {active[key.alg].kid} and {key.kid}")
        if key.kid not in private or private[key.kid].alg != key.alg:
            raise InconsistentKeys(f"the active {key.alg} key {key.kid} lacks its private half")
        active[key.alg] = private[key.kid]
    return active
