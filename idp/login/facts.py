"""Facts: everything that `next_step` may look at, gathered before it is asked."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from idp.authenticators.evidence import Evidence
from idp.authenticators.methods import Level, Method
from idp.login.purpose import Task
from idp.login.steps import Answer
from idp.policy.account import Account
from idp.policy.requirement import Requirement
from idp.values.ids import RememberedId, Subject

P_co = TypeVar("P_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentFacts:
    """What is known of the person's consent to this client."""

    asked: tuple[str, ...]
    remembered: frozenset[str]
    first_party: bool
    each_time: bool
    """RFC 8252 8.6: the client's identity is not assured, so that an earlier consent says nothing."""
    forced: bool
    """prompt=consent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody, what they have proved, and what the policy asks of them here: known together or not at all."""

    account: Account
    evidence: Evidence
    requirement: Requirement

    def __post_init__(self) -> None:
        """Refuses another person's proofs."""
        if self.evidence.user != self.account.user:
            raise ValueError("evidence of another user")

    @property
    def proved(self) -> Evidence:
        """The evidence that is fresh enough for this request."""
        since = self.requirement.fresh_since
        return self.evidence if since is None else self.evidence.since(since)

    @property
    def spared_in(self) -> RememberedId | None:
        """The remembered browser, where that is why no second factor was shown."""
        waiver = self.requirement.waiver
        return waiver.browser if waiver and self.proved.level < Level.TWO else None

    @property
    def lacks_factor(self) -> bool:
        """Whether the policy asks for more than has been proved beyond the first factor."""
        return self.requirement.level >= Level.TWO and self.proved.level < self.requirement.level


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts(Generic[P_co]):
    """One sign-in as it stands."""

    purpose: P_co
    silent: bool
    """prompt=none: nothing may be asked."""
    unreachable: bool
    """An essential `acr` names only levels that nobody can reach here (OIDC Core 5.5.1.1)."""
    choose_account: bool
    """prompt=select_account."""
    expected: Subject | None
    """id_token_hint, or `sub` in the claims request: this person and nobody else."""
    identity: Identity | None
    proved_here: frozenset[Method]
    """Methods proved inside this Interaction, not earlier in the session."""
    consent: ConsentFacts
    answered: frozenset[Answer]
    identified_lately: bool = False
    """Whether the person has shown who they are within the last minutes, here or in the session."""
    task: Task | None = None
    """What the person came to do, beyond signing in."""
