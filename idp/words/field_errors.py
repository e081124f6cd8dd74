"""What is said of a field that has to be filled in otherwise: a typed function per message.

The house's words: «sign in», «two-factor», «authenticator app», «code», «recovery code»; no apology, no jargon.
"""

from collections.abc import Sequence
from datetime import datetime

from idp.words import times
from idp.words.speech import counted, marked, say


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
