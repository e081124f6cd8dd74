"""The sentences that code chooses, a typed function per message, its arguments are what it names.

The house's words: «sign in», «two-factor», «authenticator app», «code», «recovery code»; no apology, no jargon.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from idp.words import times
from idp.words.speech import counted, marked, say

# ── errors of fields ─────────────────────────────────────────────────────────────────────────────


def username_missing() -> str:
    """Nothing was typed."""
    return say("Enter your username or email")


def password_missing() -> str:
    """Nothing was typed."""
    return say("Enter your password")


def password_wrong() -> str:
    """Wrong password and unknown name alike."""
    return say("That username and password do not match. Check both.")


def current_password_wrong() -> str:
    """In the portal, where the name is known."""
    return say("That is not your current password")


def too_many_tries(until: datetime, at: datetime) -> str:
    """The password step is paused; the same text for any name."""
    return say("Too many tries. You can try again at %(time)s.", time=times.until(until, at))


def account_off(contact: str) -> str:
    """Only after a right password."""
    return say("This account is switched off. Ask %(contact)s.", contact=contact)


def other_person_expected() -> str:
    """The app named a person (id_token_hint), and somebody else signed in."""
    return say("The app expects somebody else. Sign in with the account that you use there.")


def code_missing(digits: Sequence[int] = (6,)) -> str:
    """Nothing was typed."""
    return say("Enter the %(digits)s-digit code", digits=many_digits(digits))


_LIKE = {6: "123 456", 7: "123 4567", 8: "1234 5678"}


def code_shape(digits: Sequence[int] = (6,)) -> str:
    """What was typed is no code."""
    like = _either([_LIKE[number] for number in digits])
    return say(
        "The code is %(digits)s digits, like %(like)s", digits=_either([str(each) for each in digits]), like=like
    )


def many_digits(digits: Sequence[int]) -> str:
    """What stands before «-digit»: «6», or «6- or 8» where a person's apps differ."""
    *others, last = (str(number) for number in digits)
    return say("%(others)s- or %(last)s", others="-, ".join(others), last=last) if others else last


def _either(words: Sequence[str]) -> str:
    *others, last = words
    return say("%(others)s or %(last)s", others=", ".join(others), last=last) if others else last


def code_is_recovery_code() -> str:
    """A recovery code in the box for app codes; a link follows."""
    return say("That looks like a recovery code.")


def code_wrong() -> str:
    """No step in the window matches."""
    return say("That code did not match. Wait for the next one, then type it.")


def code_used(period_seconds: int = 30) -> str:
    """Its time step is burnt."""
    return say(
        "You have already used this code. A new one appears within %(period_seconds)s seconds.",
        period_seconds=period_seconds,
    )


def our_clock(at: datetime) -> str:
    """Added at the second failure."""
    clock = times.clock_with_seconds(at)
    return say(
        "Codes depend on the time. Our clock says %(clock)s. If your phone differs, turn on automatic time.",
        clock=clock,
    )


def tries_left(left: int, pause_minutes: int) -> str:
    """Added at the last three."""
    return counted(
        "%(number)s try left before a %(minutes)s-minute pause.",
        "%(number)s tries left before a %(minutes)s-minute pause.",
        left,
        minutes=pause_minutes,
    )


def clock_drift(steps: int, period_seconds: int = 30) -> str:
    """Set-up only: the code matched some steps away; negative is slow. Not accepted."""
    minutes = max(1, round(abs(steps) * period_seconds / 60))
    if steps < 0:
        return counted(
            "Your phone's clock is about %(number)s minute slow. Turn on automatic time, then use the next code.",
            "Your phone's clock is about %(number)s minutes slow. Turn on automatic time, then use the next code.",
            minutes,
        )
    return counted(
        "Your phone's clock is about %(number)s minute fast. Turn on automatic time, then use the next code.",
        "Your phone's clock is about %(number)s minutes fast. Turn on automatic time, then use the next code.",
        minutes,
    )


def recovery_code_missing() -> str:
    """Nothing was typed."""
    return say("Enter one of your recovery codes")


def recovery_code_wrong() -> str:
    """None of the set."""
    return say("That is not one of your codes. Check each letter.")


def recovery_code_used(used_at: datetime | None = None) -> str:
    """One of the set, spent before."""
    if used_at is None:
        return say("This code was used. Try another.")
    return say("This code was used on %(day)s. Try another.", day=times.day(used_at))


def recovery_code_is_app_code() -> str:
    """Six digits; a link follows."""
    return say("That looks like an app code.")


def pass_missing() -> str:
    """Nothing was typed."""
    return say("Enter your enrolment pass")


def pass_shape() -> str:
    """What was typed is no pass."""
    return say("An enrolment pass has 24 letters and digits, and none of 0, o, 1, i and l. Check each of them.")


def pass_wrong() -> str:
    """None of this account's; perhaps another's."""
    return say("That is not the enrolment pass of this account. Check each letter.")


def pass_expired(contact: str) -> str:
    """The right one, too late."""
    return say("This enrolment pass is over. Ask %(contact)s for a new one.", contact=contact)


def key_missing() -> str:
    """The person closed the browser's question, or there was none."""
    return say("Your key gave no answer. Try again, and touch or unlock it when the browser asks.")


def key_refused() -> str:
    """Somebody else's, nobody's, or an answer that no sound key gives."""
    return say("That key did not work here. Use one that is set up for this account.")


def key_stale() -> str:
    """It answered what an earlier page had asked."""
    return say("That answer belongs to an earlier try. Use your key once more.")


def key_suspended() -> str:
    """Told once the password was right."""
    return say("This key is suspended, so it does not work. Use another way to sign in.")


def key_copied() -> str:
    """Its counter went back."""
    return say(
        "There is a copy of this key, so it no longer works. Sign in another way, and remove it from your account."
    )


def passkey_refused() -> str:
    """Whatever was wrong: unknown, suspended, of somebody who is switched off."""
    return say("That passkey did not sign you in. Use another one, or your username and password.")


def keys_held(until: datetime | None, at: datetime, contact: str) -> str:
    """Too many tries with keys; the same text for any."""
    if until is None:
        return say(
            "There were too many wrong tries with keys, so they are switched off. Ask %(contact)s.", contact=contact
        )
    return say("Too many tries with a key. You can use one again at %(time)s.", time=times.until(until, at))


def key_not_made() -> str:
    """The form came without an answer of a key."""
    return say("No security key answered. Use the button below, or set up something else.")


def key_not_added() -> str:
    """Its answer was of no use."""
    return say("That key could not be added. Try once more, or use another key.")


def key_known() -> str:
    """It is registered, whoever's it is."""
    return say("This key is registered already. Use another one.")


def keys_enough(most: int) -> str:
    """No room for one more."""
    return say("You have %(most)s already. Remove one that you no longer use, then add this one.", most=most)


def codes_not_saved() -> str:
    """The box is not ticked."""
    return say("Tick the box once the codes are saved")


_NEW_PASSWORD = {
    "empty": marked("Enter a new password"),
    "too_short": marked("Use at least %(minimum)s characters"),
    "too_long": marked("Use at most %(maximum)s characters"),
    "not_text": marked("This password holds characters that cannot be stored. Type it again."),
    "common": marked("This password is on lists of common passwords. Choose one that nobody else would think of."),
    "context": marked("This password is made from your name or the name of this service. Choose another."),
    "same": marked("This is your present password. Choose a new one."),
}


def new_password_refused(reason: str, *, minimum: int, maximum: int) -> str:
    """`reason` is a `RefusalKind`, or `same`: the old password again. Another version may know more of them."""
    sentence = _NEW_PASSWORD.get(reason, marked("This password cannot be used. Choose another."))
    return say(sentence, minimum=minimum, maximum=maximum)


def use_recovery_page() -> str:
    """Words of a link."""
    return say("Use the recovery page")


def use_app_page() -> str:
    """Words of a link."""
    return say("Use the app page instead")


# ── reasons and notices ──────────────────────────────────────────────────────────────────────────

Asker = Literal["server", "client", "group", "user", "request"]


def enrolment_why(asker: Asker, app: str, brand: str) -> str:
    """Why two-factor must be set up now; a rule of a group or of a person is not told to the person in detail."""
    match asker:
        case "client" | "request":
            return say("%(app)s needs two-factor sign-in, so this account must have it.", app=app)
        case "server":
            return say("%(brand)s asks everyone for two-factor sign-in, so this account must have it.", brand=brand)
        case "group" | "user":
            return say("This account must have two-factor sign-in.")


_PAUSED = {
    "password": marked("There were too many wrong passwords. The pause keeps others from guessing."),
    "code": marked("There were too many wrong codes. The pause keeps others from guessing."),
    "recovery_code": marked("There were too many wrong recovery codes. The pause keeps others from guessing."),
    "key": marked("There were too many wrong tries with a key. The pause keeps others from guessing."),
    "enrolment_pass": marked("There were too many wrong enrolment passes. The pause keeps others from guessing."),
}


def paused_reason(method: Literal["password", "code", "recovery_code", "key", "enrolment_pass"]) -> str:
    """What was tried too often."""
    return say(_PAUSED[method])


def switched_off_until_reset(contact: str) -> str:
    """A second factor at its hard limit."""
    return say("There were too many wrong codes, so this way in is switched off. Ask %(contact)s.", contact=contact)


def closed_until_reset(contact: str) -> str:
    """A password at its hard limit, in a browser that never signed in here; the same text for any name."""
    return say(
        "There were too many wrong passwords, so signing in from here is switched off. Ask %(contact)s.",
        contact=contact,
    )


_WAYS = {
    "code": marked("Use your authenticator app"),
    "recovery_code": marked("Use a recovery code"),
    "key": marked("Use your security key or passkey"),
}


def paused_way(method: Literal["code", "recovery_code", "key"]) -> str:
    """Words of a link on the pause page: what still works."""
    return say(_WAYS[method])


# ── consent ──────────────────────────────────────────────────────────────────────────────────────

_SCOPES = {
    "openid": marked("Know who you are here"),
    "profile": marked("Your name"),
    "email": marked("Your email"),
    "address": marked("Your address"),
    "phone": marked("Your phone number"),
    "groups": marked("Your groups"),
    "offline_access": marked("Stay connected when you are away"),
}


def permission(scope: str) -> str:
    """What a scope means, in the person's words."""
    known = _SCOPES.get(scope)
    return say(known) if known else say("Extra permission: %(scope)s", scope=scope)


# ── the portal ───────────────────────────────────────────────────────────────────────────────────


ProfileField = Literal["name", "given_name", "family_name", "locale", "zoneinfo", "theme"]

_PROFILE_FIELDS: Mapping[ProfileField, str] = {
    "name": marked("Use at most 200 characters for your full name, in one line"),
    "given_name": marked("Use at most 200 characters for your first name, in one line"),
    "family_name": marked("Use at most 200 characters for your last name, in one line"),
    "locale": marked("Choose a language of the list"),
    "zoneinfo": marked("Choose a time zone of the list"),
    "theme": marked("Choose the colours from the list"),
}


def profile_field_refused(field: ProfileField) -> str:
    """What cannot be kept, where the profile is changed."""
    return say(_PROFILE_FIELDS[field])


def address_missing() -> str:
    """Nothing was typed."""
    return say("Enter your new email")


def address_shape() -> str:
    """No mail can be sent to that."""
    return say("Enter an address like name@example.com")


def address_is_yours() -> str:
    """The one that is there, confirmed."""
    return say("This is your email already")


def no_contact() -> str:
    """Whom to ask, as it reads after «Ask», where nobody said who that is."""
    return say("whoever gave you this account")


def your_account() -> str:
    """What the portal is called where an app's name stands: «Sign in to your account»."""
    return say("your account")


def enrolment_wanted() -> str:
    """Why two-factor is set up, where the person chose it."""
    return say("A second step keeps others out, even with your password. It takes 2 minutes.")


def app_replaced(*, codes_stay: bool = False) -> str:
    """Why an app is set up where there is one."""
    if codes_stay:
        return say("The app it replaces stops working when this one is set up. Your recovery codes stay the same.")
    return say("The app you have now stops working when this one is set up, and you get new recovery codes.")


def app_added() -> str:
    """Why an app is set up beside others."""
    return say("Then you can sign in with this app as well. What you have now goes on working.")


def key_added() -> str:
    """Why a key is set up where the person wants one."""
    return say(
        "A security key, or a passkey on your phone or computer, works on our own pages alone: no fake page can use it."
    )


def key_needed(app: str) -> str:
    """Why a key must be set up, and nothing else will do."""
    return say("Signing in to %(app)s takes a security key or passkey, because no fake page can use one.", app=app)


def factor_name_refused(longest: int) -> str:
    """What was typed can be no name of an app or a key."""
    return say("Give it a name of 1 to %(longest)s characters, in one line", longest=longest)


def factor_name_taken() -> str:
    """Names of one person's apps and keys differ."""
    return say("You have another one with this name. Choose a name that tells them apart.")


def nav_profile() -> str:
    """Words of a link."""
    return say("Profile")


def nav_password() -> str:
    """Words of a link."""
    return say("Password")


def nav_sessions() -> str:
    """Words of a link."""
    return say("Sessions")


def nav_apps() -> str:
    """Words of a link."""
    return say("Connected apps")


def nav_activity() -> str:
    """Words of a link."""
    return say("Activity")


def password_good(length: int) -> str:
    """Of a new password; it has a dozen characters at least."""
    return say("Good: %(length)s characters", length=length)


_LEVELS = {
    "1fa": marked("Signed in with a password alone"),
    "2fa": marked("Signed in with two-factor"),
    "phr": marked("Signed in with a security key or passkey"),
}


def session_level(level: Literal["1fa", "2fa", "phr"]) -> str:
    """How somebody signed in."""
    return say(_LEVELS[level])


def activity_all() -> str:
    """Words of a link."""
    return say("Everything")


def activity_sign_ins() -> str:
    """Words of a link."""
    return say("Sign-ins")


def activity_changes() -> str:
    """Words of a link."""
    return say("Changes")


def activity_apps() -> str:
    """Words of a link."""
    return say("Apps")


def nav_two_factor() -> str:
    """Words of a link."""
    return say("Two-factor")


Demander = Literal["server", "client", "group", "user"]


def factor_required(by: Demander, name: str, brand: str) -> str:
    """Why two-factor cannot be turned off."""
    match by:
        case "server":
            return say("Required, because %(brand)s asks everyone for two-factor sign-in.", brand=brand)
        case "group":
            return say("Required, because you are in %(name)s.", name=name)
        case "client" | "user":
            return say("Required for your account.")
