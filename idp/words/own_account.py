"""The sentences of the account portal that code chooses, and of its way through a sign-in."""

from collections.abc import Mapping
from typing import Literal

from idp.words.speech import marked, say

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
