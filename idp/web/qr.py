"""The QR code of a set-up, made here as inline SVG: no request leaves, and no style attribute offends the CSP.

Takes about 7 ms: whoever serves a page calls it in a thread.
"""

from io import BytesIO

import segno

from idp.words.messages import qr_label

QUIET_ZONE = 4
"""Modules of white around the code (ISO/IEC 18004): scanners need them, on a dark page above all."""
SIDE = 208
"""CSS pixels of the whole picture."""


def svg(otpauth: str) -> str:
    """SVG markup for a page, white behind black in both colour schemes; a screen reader hears what it is."""
    code = segno.make(otpauth, error="m", micro=False)
    drawn = BytesIO()
    code.save(drawn, kind="svg", border=QUIET_ZONE, xmldecl=False, svgns=False, nl=False, omitsize=True, **_COLOURS)
    opening, _, rest = drawn.getvalue().decode().partition(" ")
    attributes = f'role="img" aria-label="{qr_label()}" width="{SIDE}" height="{SIDE}" focusable="false"'
    return f"{opening} {attributes} {rest}"


_COLOURS = {"dark": "#000", "light": "#fff", "svgclass": "qr", "lineclass": None}
