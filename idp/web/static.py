"""The stylesheet, the script and the icon: read once, named by their content, compressed once, cached for ever."""

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).parent / "static"
PREFIX = "/static/"
MEDIA_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
IMMUTABLE = "public, max-age=31536000, immutable"
HASH_DIGITS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file as it is sent."""

    name: str
    """With the hash of its content: `app.0123456789.css`."""
    body: bytes
    compressed: bytes
    media_type: str


@cache
def assets() -> dict[str, Asset]:
    """Every file of the folder, by the name it is served under."""
    return {asset.name: asset for asset in map(_asset, sorted(FOLDER.iterdir()))}


@cache
def path_of(file_name: str) -> str:
    """Path of a file below the issuer's; raises KeyError for a file that does not exist."""
    stem, _, kind = file_name.partition(".")
    names = {name for name in assets() if name.startswith(f"{stem}.") and name.endswith(f".{kind}")}
    if len(names) != 1:
        raise KeyError(file_name)
    return PREFIX + names.pop()


async def serve(request: Request) -> Response:
    """Answers `/static/{name}`; an old hash is not found: no newer file ever goes out under its name."""
    asset = assets().get(request.path_params["name"])
    if asset is None:
        return Response(status_code=404, headers={"Cache-Control": "no-store"})
    headers = {"Cache-Control": IMMUTABLE, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.compressed, media_type=asset.media_type, headers=headers | {"Content-Encoding": "gzip"})
    return Response(asset.body, media_type=asset.media_type, headers=headers)


def _asset(path: Path) -> Asset:
    body = path.read_bytes()
    digest = sha256(body).hexdigest()[:HASH_DIGITS]
    return Asset(
        name=f"{path.stem}.{digest}{path.suffix}",
        body=body,
        compressed=gzip.compress(body, mtime=0),
        media_type=MEDIA_TYPES[path.suffix[1:]],
    )
