"""What every JWT that a client makes must say: by whom, for whom, and when it holds (RFC 7523 3, RFC 9101 4)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from idp.values.ids import ClientId

SIGNATURE_ALGS = ("RS256", "ES256", "PS256", "EdDSA")
"""What clients may sign with, by keys of their own; never `none`, nothing symmetric."""

LEEWAY = timedelta(seconds=30)
"""Between the clocks of two well-kept machines, both ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnverifiedJwt:
    """What a JWT says, before its signature is checked."""

    alg: str
    typ: str | None
    """In lower case, without the prefix `application/`."""
    claims: Mapping[str, object] = field(repr=False)


class Unfit(ValueError):
    """A claim is missing or wrong; the message is for security events and holds nothing of the token."""


def check_maker(claims: Mapping[str, object], client_id: ClientId) -> None:
    """`iss` is the client. Raises Unfit."""
    if claims.get("iss") != client_id:
        raise Unfit("iss is not the client")


def check_audience(claims: Mapping[str, object], accepted: Collection[str]) -> None:
    """`aud` is one of these or holds one. Raises Unfit."""
    aud = claims.get("aud")
    named = aud if isinstance(aud, list) else [aud]
    if not any(isinstance(each, str) and each in accepted for each in named):
        raise Unfit("aud is not this provider")


def check_times(claims: Mapping[str, object], at: datetime) -> None:
    """`exp` has not passed, `nbf` and `iat` have come; each only where it is present. Raises Unfit."""
    now, leeway = at.timestamp(), LEEWAY.total_seconds()
    ends = numeric_date(claims, "exp")
    if ends is not None and ends + leeway <= now:
        raise Unfit("it has expired")
    for name in ("nbf", "iat"):
        begins = numeric_date(claims, name)
        if begins is not None and begins - leeway > now:
            raise Unfit(f"{name} lies ahead")


def numeric_date(claims: Mapping[str, object], name: str) -> float | None:
    """Seconds since 1970 (RFC 7519 2); None where it is absent. Raises Unfit."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit(f"{name} is no number")
    try:
        return float(value)
    except OverflowError:  # an integer of hundreds of digits
        raise Unfit(f"{name} is no date") from None
