"""Which security event is told to its person, and by which mail: one place, so that no use case can forget one."""

from collections.abc import Mapping, Sequence

from idp.audit import directory, guards, links, passes, sign_in
from idp.audit.event import Event
from idp.authenticators.methods import Counter
from idp.notices.mails import (
    AccountSwitchedOff,
    AnyMail,
    AppReplaced,
    NewBrowser,
    NewPassword,
    NewRecoveryCodes,
    RecoveryCodeSpent,
    SecondStepFailed,
    SignInPaused,
    TwoFactorOff,
    TwoFactorOn,
    TwoFactorReset,
)


def caused_by(happened: Sequence[Event]) -> tuple[AnyMail | None, ...]:
    """One for each event of what happened at once. Codes that come with an app are told with the app."""
    enrolled = any(isinstance(event, sign_in.EnrolmentConfirmed) for event in happened)
    return tuple(
        None if enrolled and isinstance(event, sign_in.RecoveryCodesMade) else _mail(event) for event in happened
    )


def _mail(event: Event) -> AnyMail | None:
    match event:
        case sign_in.EnrolmentConfirmed(replaced=replaced):
            return AppReplaced() if replaced else TwoFactorOn()
        case sign_in.RecoveryCodeUsed(left=left):
            return RecoveryCodeSpent(left=left)
        case sign_in.PasswordChanged() | links.PasswordReset():
            return NewPassword(by="person")
        case directory.PasswordSet():
            return NewPassword(by="admin")
        case sign_in.SignInCompleted(silent=False):
            return NewBrowser()
        case _:
            return _PLAIN.get(type(event)) or _refusal(event)


_PLAIN: Mapping[type[Event], AnyMail] = {
    sign_in.RecoveryCodesMade: NewRecoveryCodes(),
    sign_in.SecondFactorTurnedOff: TwoFactorOff(),
    directory.SecondFactorReset: TwoFactorReset(),
    directory.UserDisabled: AccountSwitchedOff(),
}
"""Told without anything that they say themselves."""


def _refusal(event: Event) -> AnyMail | None:
    match event:
        # One that was held back (`failures` is None) was told when its pause began.
        case sign_in.FactorRefused(failures=int(failures)) | passes.EnrolmentPassRefused(failures=int(failures)):
            return SecondStepFailed(failures=failures)
        case guards.ThrottlePaused(method=method, until=until):
            return SignInPaused(method=Counter(method), until=until)
        case guards.AuthenticatorDisabled(method=method):
            return SignInPaused(method=Counter(method), until=None)
        case _:
            return None
