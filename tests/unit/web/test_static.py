"""The stylesheet, the script and the QR code: names, caching, weight."""

import gzip
import re
import xml.etree.ElementTree as ET

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from idp.web import qr, static

LIMITS = {"app.css": (16_384, 5_120), "app.js": (10_240, 4_096), "icon.svg": (3_072, 3_072)} | dict.fromkeys(
    ("light.css", "dark.css"), (1_024, 512)
)


async def fetch(path: str, encoding: str = "gzip") -> httpx2.Response:
    app = Starlette(routes=[Route("/static/{name}", static.serve)])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://localhost") as client:
        return await client.get(path, headers={"Accept-Encoding": encoding})


@pytest.mark.parametrize("name", sorted(LIMITS))
async def test_files_are_cached_for_ever_under_the_hash_of_their_content(name: str) -> None:
    path = static.path_of(name)
    assert re.fullmatch(r"/static/[a-z]+\.[0-9a-f]{10}\.[a-z]+", path)
    squeezed, plain = await fetch(path), await fetch(path, "identity")
    assert squeezed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (squeezed.headers["content-encoding"], squeezed.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert "content-encoding" not in plain.headers
    assert squeezed.content == plain.content == (static.FOLDER / name).read_bytes()


async def test_another_hash_is_not_found_and_an_unknown_file_is_an_error() -> None:
    assert (await fetch("/static/app.0000000000.css")).status_code == 404
    with pytest.raises(KeyError):
        static.path_of("none.css")


@pytest.mark.parametrize("name", sorted(LIMITS))
def test_files_are_light(name: str) -> None:
    """Budgets, raw and compressed."""
    raw = (static.FOLDER / name).read_bytes()
    assert len(raw) <= LIMITS[name][0]
    assert len(gzip.compress(raw)) <= LIMITS[name][1]


def test_all_scripts_together_are_as_light_as_one_may_be() -> None:
    """A page may load each of them."""
    scripts = [asset for name, asset in static.assets().items() if name.endswith(".js")]
    assert len(scripts) > 1
    assert sum(len(each.compressed) for each in scripts) <= 4_096


def test_the_stylesheet_knows_no_left_and_no_right() -> None:
    """Logical properties only, so that right-to-left is free."""
    css = (static.FOLDER / "app.css").read_text()
    assert re.findall(r"[\s;{](?:margin|padding|border)?-?(?:left|right|width|height)\s*:", css) == []
    assert "@import" not in css
    assert "url(" not in css


def test_the_qr_code_is_an_inline_picture() -> None:
    """No style attribute (the policy blocks it), white behind, quiet zone of 4 modules, a name to read out."""
    drawn = qr.svg("otpauth://totp/Northwind:alice?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Northwind")
    tree = ET.fromstring(drawn)  # noqa: S314 - ours
    assert "style" not in drawn
    assert tree.attrib["role"] == "img"
    assert tree.attrib["aria-label"] == "QR code holding the set-up key shown below"
    background, modules = tree
    side = tree.attrib["viewBox"].split()[2]
    assert background.attrib == {"fill": "#fff", "d": f"M0 0h{side}v{side}h-{side}z"}
    assert modules.attrib["d"].startswith("M4 4.5h7")
    assert len(drawn) < 6000


@pytest.mark.parametrize(("name", "block"), [("light.css", 0), ("dark.css", 1)])
def test_a_chosen_scheme_has_the_tokens_of_the_device_s(name: str, block: int) -> None:
    """Light and dark stand in app.css, and once more for who chose one of them."""

    def tokens(css: str) -> dict[str, str]:
        return dict(re.findall(r"(--[a-z-]+): ([^;]+);", css))

    blocks = re.findall(r":root \{(.*?)\}", (static.FOLDER / "app.css").read_text(), re.DOTALL)
    shared = {"--mono", "--column"}
    wanted = {token: value for token, value in tokens(blocks[block]).items() if token not in shared}
    assert tokens((static.FOLDER / name).read_text()) == wanted
