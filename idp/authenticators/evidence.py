"""Evidence: what one person has proved, and when. Level, `amr` and `auth_time` derive from it, never set by hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from idp.authenticators.methods import Factor, Level, Method
from idp.values.ids import UserId

MFA = "mfa"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One settled attempt that succeeded. Made where an attempt is settled and nowhere else."""

    user: UserId
    method: Method
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The latest proof of each method, all of one user."""

    user: UserId
    proofs: frozenset[Proof]

    def __post_init__(self) -> None:
        """Refuses a mixture of two people's proofs, which no caller may ever weigh."""
        if any(proof.user != self.user for proof in self.proofs):
            raise ValueError("evidence holds proofs of one user only")
        if len({proof.method for proof in self.proofs}) != len(self.proofs):
            raise ValueError("evidence holds one proof per method")

    @classmethod
    def of(cls, user: UserId, proofs: Iterable[Proof] = ()) -> Self:
        """Keeps the latest proof of each method."""
        latest: dict[Method, Proof] = {}
        for proof in sorted(proofs, key=lambda proof: proof.at):
            latest[proof.method] = proof
        return cls(user=user, proofs=frozenset(latest.values()))

    def plus(self, other: "Evidence") -> Self:
        """Both together; raises ValueError when they are not of one user."""
        return type(self).of(self.user, self.proofs | other.proofs)

    def since(self, instant: datetime) -> Self:
        """Only what was proved at or after `instant`."""
        return type(self).of(self.user, (proof for proof in self.proofs if proof.at >= instant))

    def has(self, method: Method) -> bool:
        """Whether that method was proved."""
        return any(proof.method is method for proof in self.proofs)

    @property
    def level(self) -> Level:
        """One factor that tells who somebody is, beside it a second one; a key that verifies nobody is only a second.

        Phishing-resistant is whatever needed a key beside the other factor, for a key answers its own site alone.
        """
        factors = frozenset[Factor]().union(*(proof.method.factors for proof in self.proofs))
        if not factors & {Factor.KNOWLEDGE, Factor.VERIFICATION}:
            return Level.NONE
        if Factor.POSSESSION not in factors:
            return Level.ONE
        resistant = any(proof.method.phishing_resistant for proof in self.proofs)
        return Level.PHISHING_RESISTANT if resistant else Level.TWO

    @property
    def amr(self) -> tuple[str, ...]:
        """RFC 8176 2: what was really done, in the order of `Method`; `mfa` only for two different factors."""
        named = (value for method in Method if self.has(method) for value in method.amr)
        methods = tuple(dict.fromkeys(named))
        return (*methods, MFA) if self.level >= Level.TWO else methods

    @property
    def auth_time(self) -> datetime | None:
        """OIDC Core 2: when the person last proved something; None while nothing is proved."""
        return max((proof.at for proof in self.proofs), default=None)

    @property
    def rests_on(self) -> datetime | None:
        """When the oldest proof that the level rests on was made: a session is as fresh as that, not as its latest."""
        level = self.level
        return max((proof.at for proof in self.proofs if self.since(proof.at).level == level), default=None)

    def stored(self) -> dict[str, int]:
        """The form kept in JSON columns: method to microseconds since 1970 UTC."""
        return {proof.method.value: microseconds(proof.at) for proof in self.proofs}

    @classmethod
    def restored(cls, user: UserId, stored: Mapping[str, int]) -> Self:
        """The inverse of `stored`."""
        return cls.of(user, (_proof(user, Method(method), at) for method, at in stored.items()))


def proof_stored(method: Method, at: datetime) -> dict[str, int]:
    """What a settled attempt adds to a stored evidence."""
    return {method.value: microseconds(at)}


def microseconds(at: datetime) -> int:
    """Whole microseconds since 1970 UTC: exact both ways, unlike a float."""
    delta = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def instant(microseconds_since_epoch: int) -> datetime:
    """The inverse of `microseconds`."""
    seconds, rest = divmod(microseconds_since_epoch, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)


def _proof(user: UserId, method: Method, at: int) -> Proof:
    return Proof(user=user, method=method, at=instant(at))
