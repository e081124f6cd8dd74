"""The life of an Interaction: what a sign-in is for, and what this browser has proved for it so far. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from idp.authenticators.evidence import Evidence
from idp.login.browser_session import BrowserSession
from idp.login.notice import Notice
from idp.login.purpose import Asked
from idp.login.steps import Answer
from idp.oidc.authorization_request import Prompt
from idp.values.ids import InteractionId, UserId
from idp.values.sealed import Sealed
from idp.values.secrets import Digest

STEP_LIFETIME = timedelta(minutes=30)
"""From the latest passed step: a phone hand-over or a shop's app download fits in."""
WHOLE_LIFETIME = timedelta(hours=2)
SETUP_LIFETIME = timedelta(minutes=30)
"""Of a set-up secret and of a set of recovery codes on show."""
REPEAT_RESPONSE = timedelta(seconds=60)
"""As long as the code lives: the same browser gets the same response again."""
OF_ONE_PERSON = frozenset(Answer) - {Answer.SAME_ACCOUNT, Answer.OTHER_ACCOUNT}
"""Answers that go with the person who gave them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """Something sealed on the Interaction for a while: a set-up secret, or recovery codes not yet acknowledged."""

    sealed: Sealed
    until: datetime

    def live(self, at: datetime) -> bool:
        """Whether it may still be shown or used."""
        return at < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The sealed response and when it was made."""

    sealed_response: Sealed
    at: datetime
    spent: bool
    """Whether its code was redeemed, or its grant has ended: revoked, signed out, the person switched off."""
    signed_in: bool = True
    """Whether it ended with a grant that stands; cancelled, denied or refused, it signed nobody in."""

    def may_repeat(self, at: datetime) -> bool:
        """The same response again for the same browser, while it can still be of use."""
        return not self.spent and at < self.at + REPEAT_RESPONSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One sign-in of one browser for one purpose."""

    id: InteractionId
    browser: Digest | None
    """None until the browser that came by a cross-site POST has returned once."""
    asked: Asked
    arrived_at: datetime
    expires_at: datetime
    ends_at: datetime
    user: UserId | None = None
    own: Evidence | None = None
    """What was proved inside this Interaction."""
    answered: frozenset[Answer] = frozenset()
    enrolment: Pending | None = None
    codes: Pending | None = None
    notice: Notice | None = None
    ceremony: int = 0
    """Which challenge a key is to answer: each try, of whatever kind, voids the one before."""
    finished: Finished | None = None

    def expired(self, at: datetime) -> bool:
        """Whether the sign-in waited too long; a finished one is not expired but finished."""
        return self.finished is None and at >= self.expires_at

    def prolonged(self, at: datetime) -> datetime:
        """The new expiry after a passed step."""
        return min(at + STEP_LIFETIME, self.ends_at)

    def with_proof(self, user: UserId, proof: Mapping[str, int], expires_at: datetime) -> Self:
        """As it is stored once a proof has settled: another person's proofs, answers and pending things are gone."""
        made = Evidence.restored(user, proof)
        if self.user == user and self.own is not None:
            return replace(
                self, own=self.own.plus(made), expires_at=expires_at, notice=None, ceremony=self.ceremony + 1
            )
        kept = self.answered - OF_ONE_PERSON if self.user != user else self.answered
        return replace(
            self,
            user=user,
            own=made,
            expires_at=expires_at,
            notice=None,
            ceremony=self.ceremony + 1,
            answered=kept,
            enrolment=self.enrolment if self.user == user else None,
            codes=self.codes if self.user == user else None,
        )


def fresh_since(asked: Asked, arrived_at: datetime) -> datetime | None:
    """Decided once, at arrival: prompt=login wants newer proofs, max_age none older than that many seconds.

    OIDC Core 3.1.2.1. None where the request says nothing about age.
    """
    if Prompt.LOGIN in asked.prompts:
        return arrived_at
    if asked.max_age is not None:
        return arrived_at - timedelta(seconds=asked.max_age)
    return None


def evidence_for(
    asked: Asked, arrived_at: datetime, session: BrowserSession | None, own: Evidence | None
) -> Evidence | None:
    """What counts for this request: the session's proofs where the request allows them, and the Interaction's own.

    Where the request judges age, a session's proof counts only if it was made before the request arrived: afterwards
    only what is proved inside the Interaction is added, however long the pages take.
    """
    counted = _of_session(asked, arrived_at, session)
    if own is None or counted is None:
        return own or counted
    return own.plus(counted) if counted.user == own.user else own


def _of_session(asked: Asked, arrived_at: datetime, session: BrowserSession | None) -> Evidence | None:
    if session is None:
        return None
    since = fresh_since(asked, arrived_at)
    if since is None:
        return session.evidence
    aged = (proof for proof in session.evidence.proofs if since <= proof.at < arrived_at)
    return Evidence.of(session.user, aged)
