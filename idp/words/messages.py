"""The sentences that code chooses, in English: a typed function per message, its arguments are what it names.

The house's words: «sign in», «two-factor», «authenticator app», «code», «recovery code»; no apology, no jargon.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from idp.words import times

# ── errors of fields ─────────────────────────────────────────────────────────────────────────────


def username_missing() -> str:
    """Nothing was typed."""
    return "Enter your username or email"


def password_missing() -> str:
    """Nothing was typed."""
    return "Enter your password"


def password_wrong() -> str:
    """Wrong password and unknown name alike."""
    return "That username and password do not match. Check both."


def current_password_wrong() -> str:
    """In the portal, where the name is known."""
    return "That is not your current password"


def too_many_tries(until: datetime, at: datetime) -> str:
    """The password step is paused; the same text for any name."""
    return f"Too many tries. You can try again at {times.until(until, at)}."


def account_off(contact: str) -> str:
    """Only after a right password."""
    return f"This account is switched off. Ask {contact}."


def other_person_expected() -> str:
    """The app named a person (id_token_hint), and somebody else signed in."""
    return "The app expects somebody else. Sign in with the account that you use there."


def code_missing(digits: Sequence[int] = (6,)) -> str:
    """Nothing was typed."""
    return f"Enter the {many_digit(digits)} code"


_LIKE = {6: "123 456", 7: "123 4567", 8: "1234 5678"}


def code_shape(digits: Sequence[int] = (6,)) -> str:
    """What was typed is no code."""
    return f"The code is {_either(digits)} digits, like {' or '.join(_LIKE[number] for number in digits)}"


def many_digit(digits: Sequence[int]) -> str:
    """«6-digit», or «6- or 8-digit» where a person's apps differ."""
    return f"{'- or '.join(map(str, digits))}-digit"


def _either(digits: Sequence[int]) -> str:
    return " or ".join(map(str, digits))


def code_is_recovery_code() -> str:
    """A recovery code in the box for app codes; a link follows."""
    return "That looks like a recovery code."


def code_wrong() -> str:
    """No step in the window matches."""
    return "That code did not match. Wait for the next one, then type it."


def code_used(period_seconds: int = 30) -> str:
    """Its time step is burnt."""
    return f"You have already used this code. A new one appears within {period_seconds} seconds."


def our_clock(at: datetime) -> str:
    """Added at the second failure."""
    clock = times.clock_with_seconds(at)
    return f"Codes depend on the time. Our clock says {clock}. If your phone differs, turn on automatic time."


def tries_left(left: int, pause_minutes: int) -> str:
    """Added at the last three."""
    tries = "1 try" if left == 1 else f"{left} tries"
    return f"{tries} left before a {pause_minutes}-minute pause."


def clock_drift(steps: int, period_seconds: int = 30) -> str:
    """Set-up only: the code matched some steps away; negative is slow. Not accepted."""
    minutes = max(1, round(abs(steps) * period_seconds / 60))
    amount = "1 minute" if minutes == 1 else f"{minutes} minutes"
    way = "slow" if steps < 0 else "fast"
    return f"Your phone's clock is about {amount} {way}. Turn on automatic time, then use the next code."


def recovery_code_missing() -> str:
    """Nothing was typed."""
    return "Enter one of your recovery codes"


def recovery_code_wrong() -> str:
    """None of the set."""
    return "That is not one of your codes. Check each letter."


def recovery_code_used(used_at: datetime | None = None) -> str:
    """One of the set, spent before."""
    when = f" on {times.day(used_at)}" if used_at else ""
    return f"This code was used{when}. Try another."


def recovery_code_is_app_code() -> str:
    """Six digits; a link follows."""
    return "That looks like an app code."


def pass_missing() -> str:
    """Nothing was typed."""
    return "Enter your enrolment pass"


def pass_shape() -> str:
    """What was typed is no pass."""
    return "An enrolment pass has 24 letters and digits, and none of 0, o, 1, i and l. Check each of them."


def pass_wrong() -> str:
    """None of this account's; perhaps another's."""
    return "That is not the enrolment pass of this account. Check each letter."


def pass_expired(contact: str) -> str:
    """The right one, too late."""
    return f"This enrolment pass is over. Ask {contact} for a new one."


def key_missing() -> str:
    """The person closed the browser's question, or there was none."""
    return "Your key gave no answer. Try again, and touch or unlock it when the browser asks."


def key_refused() -> str:
    """Somebody else's, nobody's, or an answer that no sound key gives."""
    return "That key did not work here. Use one that is set up for this account."


def key_stale() -> str:
    """It answered what an earlier page had asked."""
    return "That answer belongs to an earlier try. Use your key once more."


def key_suspended() -> str:
    """Told once the password was right."""
    return "This key is suspended, so it does not work. Use another way to sign in."


def key_copied() -> str:
    """Its counter went back."""
    return "There is a copy of this key, so it no longer works. Sign in another way, and remove it from your account."


def passkey_refused() -> str:
    """Whatever was wrong: unknown, suspended, of somebody who is switched off."""
    return "That passkey did not sign you in. Use another one, or your username and password."


def keys_held(until: datetime | None, at: datetime, contact: str) -> str:
    """Too many tries with keys; the same text for any."""
    if until is None:
        return f"There were too many wrong tries with keys, so they are switched off. Ask {contact}."
    return f"Too many tries with a key. You can use one again at {times.until(until, at)}."


def key_not_made() -> str:
    """The form came without an answer of a key."""
    return "No security key answered. Use the button below, or set up something else."


def key_not_added() -> str:
    """Its answer was of no use."""
    return "That key could not be added. Try once more, or use another key."


def key_known() -> str:
    """It is registered, whoever's it is."""
    return "This key is registered already. Use another one."


def keys_enough(most: int) -> str:
    """No room for one more."""
    return f"You have {most} already. Remove one that you no longer use, then add this one."


def codes_not_saved() -> str:
    """The box is not ticked."""
    return "Tick the box once the codes are saved"


_NEW_PASSWORD = {
    "empty": "Enter a new password",
    "too_short": "Use at least {minimum} characters",
    "too_long": "Use at most {maximum} characters",
    "not_text": "This password holds characters that cannot be stored. Type it again.",
    "common": "This password is on lists of common passwords. Choose one that nobody else would think of.",
    "context": "This password is made from your name or the name of this service. Choose another.",
    "same": "This is your present password. Choose a new one.",
}


def new_password_refused(reason: str, *, minimum: int, maximum: int) -> str:
    """`reason` is a `RefusalKind`, or `same`: the old password again. Another version may know more of them."""
    sentence = _NEW_PASSWORD.get(reason, "This password cannot be used. Choose another.")
    return sentence.format(minimum=minimum, maximum=maximum)


def use_recovery_page() -> str:
    """Words of a link."""
    return "Use the recovery page"


def use_app_page() -> str:
    """Words of a link."""
    return "Use the app page instead"


# ── reasons and notices ──────────────────────────────────────────────────────────────────────────

Asker = Literal["server", "client", "group", "user", "request"]


def enrolment_why(asker: Asker, app: str, brand: str) -> str:
    """Why two-factor must be set up now; a rule of a group or of a person is not told to the person in detail."""
    match asker:
        case "client" | "request":
            return f"{app} needs two-factor sign-in, so this account must have it."
        case "server":
            return f"{brand} asks everyone for two-factor sign-in, so this account must have it."
        case "group" | "user":
            return "This account must have two-factor sign-in."


def paused_reason(method: Literal["password", "code", "recovery_code", "key", "enrolment_pass"]) -> str:
    """What was tried too often."""
    what = {
        "password": "passwords",
        "code": "codes",
        "recovery_code": "recovery codes",
        "key": "tries with a key",
        "enrolment_pass": "enrolment passes",
    }[method]
    return f"There were too many wrong {what}. The pause keeps others from guessing."


def switched_off_until_reset(contact: str) -> str:
    """A second factor at its hard limit."""
    return f"There were too many wrong codes, so this way in is switched off. Ask {contact}."


def closed_until_reset(contact: str) -> str:
    """A password at its hard limit, in a browser that never signed in here; the same text for any name."""
    return f"There were too many wrong passwords, so signing in from here is switched off. Ask {contact}."


_WAYS = {
    "code": "Use your authenticator app",
    "recovery_code": "Use a recovery code",
    "key": "Use your security key or passkey",
}


def paused_way(method: Literal["code", "recovery_code", "key"]) -> str:
    """Words of a link on the pause page: what still works."""
    return _WAYS[method]


# ── consent ──────────────────────────────────────────────────────────────────────────────────────

_SCOPES = {
    "openid": "Know who you are here",
    "profile": "Your name",
    "email": "Your email",
    "address": "Your address",
    "phone": "Your phone number",
    "groups": "Your groups",
    "offline_access": "Stay connected when you are away",
}


def permission(scope: str) -> str:
    """What a scope means, in the person's words."""
    return _SCOPES.get(scope, f"Extra permission: {scope}")


# ── the portal ───────────────────────────────────────────────────────────────────────────────────


ProfileField = Literal["name", "given_name", "family_name", "locale", "zoneinfo", "theme"]

_PROFILE_FIELDS: Mapping[ProfileField, str] = {
    "name": "Use at most 200 characters for your full name, in one line",
    "given_name": "Use at most 200 characters for your first name, in one line",
    "family_name": "Use at most 200 characters for your last name, in one line",
    "locale": "Choose a language of the list",
    "zoneinfo": "Choose a time zone of the list",
    "theme": "Choose the colours from the list",
}


def profile_field_refused(field: ProfileField) -> str:
    """What cannot be kept, where the profile is changed."""
    return _PROFILE_FIELDS[field]


def address_missing() -> str:
    """Nothing was typed."""
    return "Enter your new email"


def address_shape() -> str:
    """No mail can be sent to that."""
    return "Enter an address like name@example.com"


def address_is_yours() -> str:
    """The one that is there, confirmed."""
    return "This is your email already"


YOUR_ACCOUNT = "your account"
"""What the portal is called where an app's name stands: «Sign in to your account»."""


def enrolment_wanted() -> str:
    """Why two-factor is set up, where the person chose it."""
    return "A second step keeps others out, even with your password. It takes 2 minutes."


def app_replaced(*, codes_stay: bool = False) -> str:
    """Why an app is set up where there is one."""
    if codes_stay:
        return "The app it replaces stops working when this one is set up. Your recovery codes stay the same."
    return "The app you have now stops working when this one is set up, and you get new recovery codes."


def app_added() -> str:
    """Why an app is set up beside others."""
    return "Then you can sign in with this app as well. What you have now goes on working."


def key_added() -> str:
    """Why a key is set up where the person wants one."""
    return (
        "A security key, or a passkey on your phone or computer, works on our own pages alone: no fake page can use it."
    )


def key_needed(app: str) -> str:
    """Why a key must be set up, and nothing else will do."""
    return f"Signing in to {app} takes a security key or passkey, because no fake page can use one."


def factor_name_refused(longest: int) -> str:
    """What was typed can be no name of an app or a key."""
    return f"Give it a name of 1 to {longest} characters, in one line"


def factor_name_taken() -> str:
    """Names of one person's apps and keys differ."""
    return "You have another one with this name. Choose a name that tells them apart."


def nav_profile() -> str:
    """Words of a link."""
    return "Profile"


def nav_password() -> str:
    """Words of a link."""
    return "Password"


def nav_sessions() -> str:
    """Words of a link."""
    return "Sessions"


def nav_apps() -> str:
    """Words of a link."""
    return "Connected apps"


def nav_activity() -> str:
    """Words of a link."""
    return "Activity"


def password_good(length: int) -> str:
    """Of a new password; it has a dozen characters at least."""
    return f"Good: {length} characters"


def session_level(level: Literal["1fa", "2fa", "phr"]) -> str:
    """How somebody signed in."""
    by = {"1fa": "a password alone", "2fa": "two-factor", "phr": "a security key or passkey"}
    return f"Signed in with {by[level]}"


def activity_all() -> str:
    """Words of a link."""
    return "Everything"


def activity_sign_ins() -> str:
    """Words of a link."""
    return "Sign-ins"


def activity_changes() -> str:
    """Words of a link."""
    return "Changes"


def activity_apps() -> str:
    """Words of a link."""
    return "Apps"


def nav_two_factor() -> str:
    """Words of a link."""
    return "Two-factor"


Demander = Literal["server", "client", "group", "user"]


def factor_required(by: Demander, name: str, brand: str) -> str:
    """Why two-factor cannot be turned off."""
    match by:
        case "server":
            return f"Required, because {brand} asks everyone for two-factor sign-in."
        case "group":
            return f"Required, because you are in {name}."
        case "client" | "user":
            return "Required for your account."
