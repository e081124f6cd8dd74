"""Notices in words: what an Interaction remembers of the last input, as errors above the right field."""

from collections.abc import Callable, Mapping
from datetime import datetime

from idp.authenticators.methods import Counter
from idp.authenticators.password import MAXIMUM
from idp.authenticators.throttling import next_pause, shows_tries_left, tries_left
from idp.directory.factor_name import MOST_FACTORS
from idp.login.notice import Notice, NoticeKind
from idp.web.shell import FieldError, FieldName, Link
from idp.words import field_errors, messages

FIELDS: Mapping[NoticeKind, FieldName] = {
    NoticeKind.USERNAME_MISSING: "username",
    NoticeKind.PASSWORD_MISSING: "password",
    NoticeKind.PASSWORD_WRONG: "username",
    NoticeKind.CURRENT_PASSWORD_WRONG: "password",
    NoticeKind.ACCOUNT_OFF: "username",
    NoticeKind.OTHER_PERSON: "username",
    NoticeKind.CODE_MISSING: "code",
    NoticeKind.CODE_SHAPE: "code",
    NoticeKind.CODE_IS_RECOVERY_CODE: "code",
    NoticeKind.CODE_WRONG: "code",
    NoticeKind.CODE_USED: "code",
    NoticeKind.CLOCK_DRIFT: "code",
    NoticeKind.RECOVERY_CODE_MISSING: "recovery_code",
    NoticeKind.RECOVERY_CODE_WRONG: "recovery_code",
    NoticeKind.RECOVERY_CODE_USED: "recovery_code",
    NoticeKind.RECOVERY_CODE_IS_APP_CODE: "recovery_code",
    NoticeKind.PASS_MISSING: "enrolment_pass",
    NoticeKind.PASS_SHAPE: "enrolment_pass",
    NoticeKind.PASS_WRONG: "enrolment_pass",
    NoticeKind.PASS_EXPIRED: "enrolment_pass",
    NoticeKind.KEY_MISSING: "key",
    NoticeKind.KEY_REFUSED: "key",
    NoticeKind.KEY_STALE: "key",
    NoticeKind.KEY_SUSPENDED: "key",
    NoticeKind.KEY_COPIED: "key",
    NoticeKind.PASSKEY_REFUSED: "key",
    NoticeKind.KEY_NOT_MADE: "key",
    NoticeKind.KEY_NOT_ADDED: "key",
    NoticeKind.KEY_KNOWN: "key",
    NoticeKind.KEYS_ENOUGH: "key",
    NoticeKind.CODES_NOT_SAVED: "saved",
    NoticeKind.NEW_PASSWORD_REFUSED: "new_password",
}

_HELD_FIELDS: Mapping[str, FieldName] = {
    Counter.PASSWORD: "username",
    Counter.APP_CODE: "code",
    Counter.RECOVERY_CODE: "recovery_code",
    Counter.KEY: "key",
    Counter.ENROLMENT_PASS: "enrolment_pass",
}


_GUESSES = {
    NoticeKind.RECOVERY_CODE_WRONG,
    NoticeKind.PASS_WRONG,
    NoticeKind.PASS_EXPIRED,
    NoticeKind.KEY_REFUSED,
    NoticeKind.KEY_STALE,
    NoticeKind.PASSKEY_REFUSED,
}
"""Counted: in the end it is said how many tries are left."""

_BESIDE: Mapping[str, tuple[FieldName, ...]] = {"username": ("password", "key")}
"""What else stands on the page of a field: a passkey may be used in place of name and password."""


def field_of(notice: Notice) -> FieldName:
    """The field that the notice is about."""
    return _HELD_FIELDS[notice.method] if notice.kind is NoticeKind.HELD else FIELDS[notice.kind]


def errors(
    notice: Notice | None, field: FieldName, at: datetime, contact: str, other: str | None = None
) -> tuple[FieldError, ...]:
    """What the page with this field says of the last input; nothing where that was another page's, or a pause is over.

    `other` is the address of the page for the other kind of code.
    """
    if notice is None or field_of(notice) not in {field, *_BESIDE.get(field, ())}:
        return ()
    if notice.kind is NoticeKind.HELD and notice.until is not None and notice.until <= at:
        return ()
    return (FieldError(field=field_of(notice), message=_sentence(notice, at, contact), more=_way_on(notice, other)),)


def _way_on(notice: Notice, other: str | None) -> Link | None:
    match notice.kind:
        case NoticeKind.CODE_IS_RECOVERY_CODE if other:
            return Link(text=field_errors.use_recovery_page(), url=other)
        case NoticeKind.RECOVERY_CODE_IS_APP_CODE if other:
            return Link(text=field_errors.use_app_page(), url=other)
        case _:
            return None


def _sentence(notice: Notice, at: datetime, contact: str) -> str:
    match notice.kind:
        case NoticeKind.HELD:
            return _held(notice, at, contact)
        case NoticeKind.ACCOUNT_OFF:
            return field_errors.account_off(contact)
        case NoticeKind.CODE_MISSING | NoticeKind.CODE_SHAPE | NoticeKind.CODE_WRONG | NoticeKind.CODE_USED:
            return _code(notice, at)
        case kind if kind in _GUESSES:
            return _with_tries(_guess(notice, contact), notice)
        case NoticeKind.RECOVERY_CODE_USED:
            return field_errors.recovery_code_used(notice.until)
        case NoticeKind.CLOCK_DRIFT:
            return field_errors.clock_drift(notice.steps, notice.period)
        case NoticeKind.NEW_PASSWORD_REFUSED:
            return field_errors.new_password_refused(notice.reason, minimum=notice.minimum, maximum=MAXIMUM)
        case kind:
            return _PLAIN[kind]()


def _guess(notice: Notice, contact: str) -> str:
    match notice.kind:
        case NoticeKind.PASS_WRONG:
            return field_errors.pass_wrong()
        case NoticeKind.PASS_EXPIRED:
            return field_errors.pass_expired(contact)
        case kind:
            return _PLAIN[kind]()


def _held(notice: Notice, at: datetime, contact: str) -> str:
    if notice.method == Counter.KEY:
        return field_errors.keys_held(notice.until, at, contact)
    if notice.until is not None:
        return field_errors.too_many_tries(notice.until, at)
    if notice.method == Counter.PASSWORD:
        return messages.closed_until_reset(contact)
    return messages.switched_off_until_reset(contact)


def _code(notice: Notice, at: datetime) -> str:
    match notice.kind:
        case NoticeKind.CODE_MISSING:
            return field_errors.code_missing(notice.digits)
        case NoticeKind.CODE_SHAPE:
            return field_errors.code_shape(notice.digits)
        case NoticeKind.CODE_USED:
            return field_errors.code_used(notice.period)
        case _:
            return _code_wrong(notice, at)


def _code_wrong(notice: Notice, at: datetime) -> str:
    """From the second failure on the clock is named; at the last three tries, how many are left."""
    sentence = field_errors.code_wrong()
    if notice.failures > 1:
        sentence = f"{sentence} {field_errors.our_clock(at)}"
    return _with_tries(sentence, notice)


def _with_tries(sentence: str, notice: Notice) -> str:
    pause = next_pause(notice.failures)
    if not notice.failures or not shows_tries_left(notice.failures) or pause is None:
        return sentence
    return f"{sentence} {field_errors.tries_left(tries_left(notice.failures), int(pause.total_seconds() // 60))}"


_PLAIN: Mapping[NoticeKind, Callable[[], str]] = {
    NoticeKind.USERNAME_MISSING: field_errors.username_missing,
    NoticeKind.PASSWORD_MISSING: field_errors.password_missing,
    NoticeKind.PASSWORD_WRONG: field_errors.password_wrong,
    NoticeKind.CURRENT_PASSWORD_WRONG: field_errors.current_password_wrong,
    NoticeKind.OTHER_PERSON: field_errors.other_person_expected,
    NoticeKind.CODE_IS_RECOVERY_CODE: field_errors.code_is_recovery_code,
    NoticeKind.RECOVERY_CODE_MISSING: field_errors.recovery_code_missing,
    NoticeKind.RECOVERY_CODE_IS_APP_CODE: field_errors.recovery_code_is_app_code,
    NoticeKind.PASS_MISSING: field_errors.pass_missing,
    NoticeKind.PASS_SHAPE: field_errors.pass_shape,
    NoticeKind.RECOVERY_CODE_WRONG: field_errors.recovery_code_wrong,
    NoticeKind.KEY_MISSING: field_errors.key_missing,
    NoticeKind.KEY_REFUSED: field_errors.key_refused,
    NoticeKind.KEY_STALE: field_errors.key_stale,
    NoticeKind.KEY_SUSPENDED: field_errors.key_suspended,
    NoticeKind.KEY_COPIED: field_errors.key_copied,
    NoticeKind.PASSKEY_REFUSED: field_errors.passkey_refused,
    NoticeKind.KEY_NOT_MADE: field_errors.key_not_made,
    NoticeKind.KEY_NOT_ADDED: field_errors.key_not_added,
    NoticeKind.KEY_KNOWN: field_errors.key_known,
    NoticeKind.KEYS_ENOUGH: lambda: field_errors.keys_enough(MOST_FACTORS),
    NoticeKind.CODES_NOT_SAVED: field_errors.codes_not_saved,
}
