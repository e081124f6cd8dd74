"""Which security event is told to its person, and by which mail: one place, so that no use case can forget one."""

from collections.abc import Mapping, Sequence

from idp.audit import directory, factors, guards, keys, links, passes, profile, reported, sign_in
from idp.audit.event import Event
from idp.authenticators.methods import Counter
from idp.notices.mails import (
    AccountSwitchedOff,
    AddressAdded,
    AddressLeft,
    AnyMail,
    AppReplaced,
    EverythingElseEnded,
    FactorAdded,
    FactorChanged,
    KeyIsCopied,
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
    codes = any(isinstance(event, sign_in.RecoveryCodesMade) for event in happened)
    enrolled = any(isinstance(event, sign_in.EnrolmentConfirmed | keys.KeyRegistered) for event in happened)
    return tuple(
        None if enrolled and isinstance(event, sign_in.RecoveryCodesMade) else _mail(event, codes=codes)
        for event in happened
    )


def _mail(event: Event, *, codes: bool) -> AnyMail | None:
    match event:
        case sign_in.EnrolmentConfirmed() | keys.KeyRegistered():
            return _bound(event, codes=codes)
        case sign_in.RecoveryCodeUsed(left=left):
            return RecoveryCodeSpent(left=left)
        case sign_in.PasswordChanged() | links.PasswordReset():
            return NewPassword(by="person")
        case directory.PasswordSet():
            return NewPassword(by="admin")
        case directory.UserChanged(fields=fields) if "email" in fields:
            return AddressAdded(by="admin")
        case profile.AddressLeft(email=email):
            return AddressLeft(to=email)
        case sign_in.SignInCompleted(silent=False):
            return NewBrowser()
        case _:
            return _PLAIN.get(type(event)) or _changed(event) or _refusal(event)


_PLAIN: Mapping[type[Event], AnyMail] = {
    sign_in.RecoveryCodesMade: NewRecoveryCodes(),
    sign_in.SecondFactorTurnedOff: TwoFactorOff(),
    directory.SecondFactorReset: TwoFactorReset(),
    sign_in.KeyCopied: KeyIsCopied(),
    profile.AddressConfirmed: AddressAdded(by="person"),
    directory.UserDisabled: AccountSwitchedOff(),
    reported.NotMeReported: EverythingElseEnded(),
}
"""Told without anything that they say themselves."""


def _bound(event: sign_in.EnrolmentConfirmed | keys.KeyRegistered, *, codes: bool) -> AnyMail:
    if isinstance(event, keys.KeyRegistered):
        return FactorAdded(method="key") if event.further else TwoFactorOn(method="key")
    if event.replaced:
        return AppReplaced(codes=codes)
    return FactorAdded(method="otp") if event.further else TwoFactorOn()


def _changed(event: Event) -> AnyMail | None:
    match event:
        case factors.FactorRemoved(method=method):
            return FactorChanged(now="removed", method=method)
        case factors.FactorSuspended(method=method):
            return FactorChanged(now="lost", method=method)
        case factors.FactorReactivated(method=method):
            return FactorChanged(now="found", method=method)
        case _:
            return None


def _refusal(event: Event) -> AnyMail | None:
    match event:
        case sign_in.FactorRefused(method=Counter.KEY, failures=int(failures)):
            return SecondStepFailed(failures=failures, with_key=True)
        # One that was held back (`failures` is None) was told when its pause began.
        case sign_in.FactorRefused(failures=int(failures)) | passes.EnrolmentPassRefused(failures=int(failures)):
            return SecondStepFailed(failures=failures)
        case guards.ThrottlePaused(method=method, until=until):
            return SignInPaused(method=Counter(method), until=until)
        case guards.AuthenticatorDisabled(method=method):
            return SignInPaused(method=Counter(method), until=None)
        case _:
            return None
