"""Which scripts elsewhere may read an answer: any, or those of registered origins (RFC 9700 2.6). Never cookies."""

from collections.abc import Awaitable, Callable, Iterable, Mapping

Cors = Callable[[str], Awaitable[bool]]
"""Whether scripts of this origin may read the answer."""

PREFLIGHT_SECONDS = 600


async def any_origin(_: str) -> bool:
    """For what is public anyway: discovery and keys."""
    return True


async def headers(cors: Cors | None, origin: str | None) -> Mapping[str, str]:
    """Response headers for a request that carried this `Origin`. Never `Allow-Credentials`: cookies stay out of it."""
    if cors is None:
        return {}
    if cors is any_origin:
        return {"Access-Control-Allow-Origin": "*"}
    if origin is None or not await cors(origin):
        return {"Vary": "Origin"}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "WWW-Authenticate",
        "Vary": "Origin",
    }


def preflight(methods: Iterable[str]) -> Mapping[str, str]:
    """What a preflight is told besides."""
    return {
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": "Authorization, Content-Type",
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }
