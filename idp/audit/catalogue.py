"""Every security event there is: a closed union, and the names by which an auditor can filter."""

from typing import get_args

from idp.audit import (
    directory,
    factors,
    guards,
    keys,
    links,
    mail,
    passes,
    profile,
    protocol,
    registration,
    reported,
    service,
    sign_in,
)
from idp.audit.event import Event

AnyEvent = (
    sign_in.PasswordProved
    | sign_in.PasswordRefused
    | sign_in.PasskeyProved
    | sign_in.PasskeyRefused
    | sign_in.KeyCopied
    | sign_in.FactorProved
    | sign_in.FactorRefused
    | sign_in.EnrolmentStarted
    | sign_in.EnrolmentRefused
    | sign_in.EnrolmentConfirmed
    | sign_in.EnrolmentPutOff
    | sign_in.EnrolmentDue
    | sign_in.RecoveryCodesMade
    | sign_in.RecoveryCodesAcknowledged
    | sign_in.RecoveryCodeUsed
    | sign_in.SecondFactorTurnedOff
    | factors.FactorRenamed
    | factors.FactorRemoved
    | factors.FactorSuspended
    | factors.FactorReactivated
    | keys.KeyRegistered
    | keys.KeyRegistrationRefused
    | sign_in.PasswordChanged
    | sign_in.SignInCompleted
    | sign_in.BrowserRemembered
    | sign_in.BrowserForgotten
    | sign_in.SignInCancelled
    | sign_in.ConsentGiven
    | sign_in.ConsentDenied
    | sign_in.AppDisconnected
    | sign_in.SignedOut
    | sign_in.SessionEnded
    | passes.EnrolmentPassMade
    | passes.EnrolmentPassShown
    | passes.EnrolmentPassRefused
    | passes.HelpWanted
    | guards.ThrottlePaused
    | guards.AuthenticatorDisabled
    | guards.SourceLimited
    | guards.CsrfFailed
    | protocol.ClientAuthenticationFailed
    | protocol.AuthorizationRefused
    | protocol.TokenRefused
    | protocol.CodeReplayed
    | protocol.RefreshTokenReplayed
    | protocol.TokenRevoked
    | protocol.DocumentNotFetched
    | protocol.LogoutDelivered
    | protocol.LogoutUndelivered
    | protocol.LogoutGivenUp
    | links.PasswordResetAsked
    | links.LinkRefused
    | links.PasswordReset
    | links.AccountSecured
    | reported.NotMeReported
    | profile.ProfileChanged
    | profile.AddressChangeAsked
    | profile.AddressConfirmed
    | profile.AddressLeft
    | profile.AddressRestored
    | mail.MailSent
    | mail.MailUndelivered
    | mail.MailGivenUp
    | registration.ClientRegistered
    | registration.ClientDeleted
    | registration.RegistrationRefused
    | registration.InitialAccessTokenMade
    | registration.InitialAccessTokenRevoked
    | directory.UserCreated
    | directory.UserChanged
    | directory.EmailVouchedFor
    | directory.PasswordSet
    | directory.PasswordMarkedCompromised
    | directory.SecondFactorReset
    | directory.UserUnlocked
    | directory.UserDisabled
    | directory.UserEnabled
    | directory.UserExempted
    | directory.ExemptionEnded
    | directory.GroupCreated
    | directory.GroupDeleted
    | directory.MemberAdded
    | directory.MemberRemoved
    | service.ClientCreated
    | service.ClientChanged
    | service.ClientSecretRotated
    | service.ClientDisabled
    | service.ClientEnabled
    | service.PolicyRuleSet
    | service.ConfigurationChanged
    | service.KeyMade
    | service.KeyActivated
    | service.KeyForgotten
    | service.RootKeyRotated
)

EVENTS: tuple[type[Event], ...] = get_args(AnyEvent)

KINDS = tuple(event.kind for event in EVENTS)
