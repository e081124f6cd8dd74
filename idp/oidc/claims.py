"""Which claims a scope brings (OIDC Core 5.4) and their form: never null, never empty, each of its own JSON type."""

from collections.abc import Iterable, Mapping

from idp.directory.person import ADDRESS_PARTS, PROFILE_TEXTS, Person

SCOPE_CLAIMS: Mapping[str, tuple[str, ...]] = {
    "openid": ("sub",),
    "profile": (*PROFILE_TEXTS, "preferred_username", "updated_at"),
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
    "groups": ("groups",),
    "offline_access": (),
}


def _profile(person: Person) -> dict[str, object]:
    claims: dict[str, object] = {name: person.profile.get(name) for name in PROFILE_TEXTS}
    claims["preferred_username"] = person.preferred_username
    # OIDC Core 5.1: a JSON number, seconds since 1970
    claims["updated_at"] = int(person.updated_at.timestamp()) if person.updated_at else None
    return claims


def _email(person: Person) -> dict[str, object]:
    return {"email": person.email, "email_verified": person.email_verified} if person.email else {}


def _phone(person: Person) -> dict[str, object]:
    if not person.phone_number:
        return {}
    return {"phone_number": person.phone_number, "phone_number_verified": person.phone_number_verified}


def _address(person: Person) -> dict[str, object]:
    # OIDC Core 5.1.1: an object of the parts that are known
    return {"address": {part: person.address[part] for part in ADDRESS_PARTS if person.address.get(part)}}


def _groups(person: Person) -> dict[str, object]:
    return {"groups": list(person.groups)}


_SOURCES = {"profile": _profile, "email": _email, "address": _address, "phone": _phone, "groups": _groups}


def person_claims(scopes: Iterable[str], person: Person) -> dict[str, object]:
    """The claims that these scopes reveal, without `sub`. `groups` is always a list, even with none."""
    claims: dict[str, object] = {}
    for scope in scopes:
        if source := _SOURCES.get(scope):
            claims |= source(person)
    # OIDC Core 5.3.2: a claim that is not known is left out, not sent as null or as an empty string
    return {name: value for name, value in claims.items() if name == "groups" or value not in (None, "", {})}


def userinfo_claims(scopes: Iterable[str], person: Person) -> dict[str, object]:
    """The members of a userinfo response: `sub` always (OIDC Core 5.3.2), then what the scopes reveal."""
    return {"sub": person.sub, **person_claims(scopes, person)}


def claims_supported() -> list[str]:
    """For discovery: what ID tokens and userinfo may hold."""
    protocol = ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"]
    return protocol + [name for scope, names in SCOPE_CLAIMS.items() if scope != "openid" for name in names]
