"""Form bodies, read strictly: the right type, small, UTF-8, no NUL, each field once. The syntax is `oidc.parameters`'s.

FormError
├─ WrongMediaType   not application/x-www-form-urlencoded
├─ BodyTooLarge     more octets than MOST_OCTETS, found while they stream in
├─ BodyTooSlow      not there after BODY_SECONDS
└─ MalformedForm    a page's form that no page of ours would send
"""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from starlette.requests import Request

from idp.oidc.errors import InvalidRequest
from idp.oidc.parameters import Parameters

MEDIA_TYPE = "application/x-www-form-urlencoded"
MOST_OCTETS = 64 * 1024
MOST_FIELDS = 50
BODY_SECONDS = 30.0
"""No form of ours takes longer, on the slowest line; whoever does keeps a connection for nothing."""


class FormError(Exception):
    """The body cannot be used as a form; the kind of the edge decides how that is said."""

    status: ClassVar[int] = 400


class WrongMediaType(FormError):
    """Not a form at all."""

    status = 415


class BodyTooLarge(FormError):
    """More than any form of ours, or any request of the protocol."""

    status = 413


class BodyTooSlow(FormError):
    """The sender keeps us waiting."""

    status = 408


class MalformedForm(FormError):
    """Broken encoding, NUL, a field twice, or far too many fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The fields of a page's form. Printing shows names only."""

    parameters: Parameters

    def text(self, name: str) -> str:
        """The value as typed; empty where the field is absent."""
        return self.parameters.one(name) or ""

    def __contains__(self, name: str) -> bool:
        """Whether the field came with a value."""
        return bool(self.parameters.one(name))


async def read_form(request: Request) -> Form:
    """The form of one of our pages. Raises FormError."""
    try:
        parameters = await read_parameters(request)
        parameters.refuse_duplicates(repeatable=frozenset())
    except InvalidRequest as fault:
        raise MalformedForm(fault.description) from None
    if len(parameters.pairs) > MOST_FIELDS:
        raise MalformedForm("too many fields")
    return Form(parameters=parameters)


async def read_parameters(request: Request) -> Parameters:
    """The body of a protocol request, duplicates still in it. Raises FormError, and InvalidRequest for its syntax."""
    if not _is_form(request.headers.get("content-type", "")):
        raise WrongMediaType("the body is not application/x-www-form-urlencoded")
    return Parameters.parse(await read_body(request))


async def read_body(request: Request, most: int = MOST_OCTETS) -> bytes:
    """The whole body. Raises BodyTooLarge as soon as it is known to be, without reading on, and BodyTooSlow."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > most:
        raise BodyTooLarge("the body is too large")
    octets = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                octets += chunk
                if len(octets) > most:
                    raise BodyTooLarge("the body is too large")
    except TimeoutError:
        raise BodyTooSlow("the body did not come") from None
    return bytes(octets)


def _is_form(content_type: str) -> bool:
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    return kind == MEDIA_TYPE and all(part in {"", "charset=utf-8", 'charset="utf-8"'} for part in parameters)
