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

CLAIM_SCOPE: Mapping[str, str] = {
    name: scope for scope, names in SCOPE_CLAIMS.items() if scope != "openid" for name in names
}
"""Every claim about a person but `sub`, and the scope that brings it: consent and registration speak of that scope."""


def _known(person: Person) -> dict[str, object]:
    claims: dict[str, object] = {name: person.profile.get(name) for name in PROFILE_TEXTS}
    claims["preferred_username"] = person.preferred_username
    # OIDC Core 5.1: a JSON number, seconds since 1970
    claims["updated_at"] = int(person.updated_at.timestamp()) if person.updated_at else None
    if person.email:
        claims |= {"email": person.email, "email_verified": person.email_verified}
    if person.phone_number:
        claims |= {"phone_number": person.phone_number, "phone_number_verified": person.phone_number_verified}
    # OIDC Core 5.1.1: an object of the parts that are known
    claims["address"] = {part: person.address[part] for part in ADDRESS_PARTS if person.address.get(part)}
    return claims | {"groups": list(person.groups)}


def person_claims(scopes: Iterable[str], person: Person, requested: Iterable[str] = ()) -> dict[str, object]:
    """What these scopes reveal, and the claims requested one by one (OIDC Core 5.5), without `sub`.

    `groups` is always a list, even with none.
    """
    names = {name for scope in scopes for name in SCOPE_CLAIMS.get(scope, ())} | {*requested}
    # OIDC Core 5.3.2: a claim that is not known is left out, not sent as null or as an empty string
    return {
        name: value
        for name, value in _known(person).items()
        if name in names and (name == "groups" or value not in (None, "", {}))
    }


def claims_supported(*, legacy: bool) -> list[str]:
    """For discovery: what ID tokens and userinfo may hold. `legacy`: whether one may come beside a code."""
    protocol = ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"]
    return [*protocol, *(["c_hash"] if legacy else []), *CLAIM_SCOPE]
