"""A text as a picture that a telephone reads, drawn here and sent within the page."""

from __future__ import annotations

QUIET = 4  # modules around it, as ISO/IEC 18004 asks


def qr(text: str) -> str:
    """An SVG element, dark on light whatever the page's theme: readers take no other."""
    import segno

    drawn: str = segno.make(text, error="m", micro=False).svg_inline(
        omitsize=True, dark="#000", light="#fff", border=QUIET, svgclass="qr", lineclass=None
    )
    return drawn
