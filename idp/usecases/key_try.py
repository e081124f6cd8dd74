"""One try of a security key or passkey, beside a password or alone: counted, then judged.

Each try answers a challenge of its own, which is void afterwards, whatever came of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.audit.sign_in import KeyCopied, KeyFault
from idp.authenticators.key_response import KeyRefusal, Presented, presented
from idp.authenticators.security_key import Assertion, asserted
from idp.authenticators.throttling import source_key
from idp.keystore.service_keys import name_digest
from idp.login.notice import Notice, NoticeKind
from idp.storage import bound_factors, endings, interactions, key_attempts
from idp.storage.attempts import Held, Reserved
from idp.storage.endings import Kept
from idp.storage.key_attempts import Claimed, KeyAttempt, ShownKey
from idp.usecases.key_ceremony import ceremony_of
from idp.usecases.outcome import Current
from idp.usecases.scene import AuditSubject, Scene
from idp.values.ids import UserId
from idp.values.secrets import Digest

_FAULTS: Mapping[KeyRefusal, KeyFault] = {
    KeyRefusal.BAD_SHAPE: "bad_shape",
    KeyRefusal.WRONG_CHALLENGE: "wrong_challenge",
    KeyRefusal.WRONG_ORIGIN: "wrong_origin",
    KeyRefusal.WRONG_RELYING_PARTY: "wrong_relying_party",
    KeyRefusal.NOT_PRESENT: "not_present",
    KeyRefusal.NOT_VERIFIED: "not_verified",
    KeyRefusal.FOREIGN_PERSON: "foreign_person",
    KeyRefusal.BAD_SIGNATURE: "bad_signature",
    KeyRefusal.COUNTER_WENT_BACK: "counter_went_back",
}
"""What an answer of a registered key can be refused for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RightKey:
    """The key is registered, its answer is sound, and nobody else's."""

    shown: ShownKey
    assertion: Assertion


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTry:
    """A counted try and what it came to."""

    state: Reserved | Held
    counted: bytes
    """What it was counted under."""
    verdict: RightKey | KeyFault
    scene: Scene
    """About whose key it is, as far as that is known."""


async def nothing_shown(current: Current, text: str) -> bool:
    """Whether the form came without an answer, as when the person closed the browser's question: no try at all."""
    if not text:
        missing = Notice(kind=NoticeKind.KEY_MISSING)
        await interactions.note(current.scene.services.database, current.interaction.id, missing)
    return not text


async def tried(current: Current, text: str, user: UserId | None) -> KeyTry:
    """Count it, then look at it. `user`: who proved a password before; None where the key alone says who it is."""
    shown = presented(text)
    attempt = await _reserved(current, shown, user)
    verdict = _verdict(current, shown, attempt, alone=user is None)
    scene = current.scene if user else current.scene.about(_subject(attempt.shown))
    if verdict == "counter_went_back" and attempt.shown is not None:
        await _suspend_copied(scene, current, attempt.shown)
    return KeyTry(state=attempt.state, counted=attempt.subject, verdict=verdict, scene=scene)


async def _suspend_copied(scene: Scene, current: Current, shown: ShownKey) -> None:
    """Whatever is signed in may be so by the copy: all of it ends, as where a person reports a key as lost (O-29)."""
    user, at, events = shown.key.user, scene.visit.at, scene.events(KeyCopied(authenticator=shown.id))
    kept = Kept(interaction=current.interaction.id, session=None)
    async with scene.services.database.transaction() as transaction:
        if await bound_factors.suspend(transaction, user, shown.id, at, events):
            await endings.end_everything_else(transaction, user, kept, "factor_lost", at)


async def _reserved(current: Current, shown: Presented | KeyRefusal, user: UserId | None) -> KeyAttempt:
    """A key alone is counted as that key in this browser, whoever's it is."""
    scene, browser = current.scene, current.interaction.browser
    credential_id = shown.credential_id if isinstance(shown, Presented) else b""
    claimed = Claimed(
        interaction=current.interaction.id,
        credential_id=credential_id,
        user=user,
        alone=name_digest(scene.configuration.service_keys, f"key {credential_id.hex()} in {_hex(browser)}"),
    )
    source = source_key(scene.visit.origin.address)
    return await key_attempts.reserve(scene.services.database, claimed, source, scene.visit.at)


def _hex(browser: Digest | None) -> str:
    return browser.octets.hex() if browser else ""


def _verdict(
    current: Current, shown: Presented | KeyRefusal, attempt: KeyAttempt, *, alone: bool
) -> RightKey | KeyFault:
    """What somebody else answered meanwhile is known before the counter is judged: a second click copies no key."""
    if isinstance(attempt.state, Held):
        return "paused" if attempt.state.until else "disabled"
    if isinstance(shown, KeyRefusal):
        return _FAULTS[shown]
    if attempt.shown is None:
        return "unknown_key"
    if attempt.ceremony != current.interaction.ceremony:
        return "answered_meanwhile"
    found = attempt.shown
    assertion = asserted(shown, found.key, ceremony_of(current, "get"), alone=alone)
    signed = not isinstance(assertion, KeyRefusal) or assertion is KeyRefusal.COUNTER_WENT_BACK
    if signed and found.suspended:
        return "suspended"
    if signed and not found.active:
        return "user_disabled"
    return _FAULTS[assertion] if isinstance(assertion, KeyRefusal) else RightKey(shown=found, assertion=assertion)


def _subject(shown: ShownKey | None) -> AuditSubject | None:
    return AuditSubject(user=shown.key.user, audit_salt=shown.audit_salt) if shown else None
