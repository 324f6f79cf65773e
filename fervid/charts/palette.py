"""The colours of every chart, chosen so that colour-blind readers tell the classes apart.

Seven of Paul Tol's "muted" scheme (https://sronpersonalpages.nl/~pault/), the neutral grey darkened
to #BBBBBB so that it shows on white. Smallest distance between two classes in CIELAB: 26.9 for
normal vision, 21.4, 20.4 and 17.8 for protanopia, deuteranopia and tritanopia as Machado et al.
(2009) simulate them; a test keeps these.
"""

from __future__ import annotations

from fervid.labels import EMOTIONS

EMOTION_COLOURS = dict(
    zip(
        EMOTIONS,
        ("#CC6677", "#117733", "#882255", "#DDCC77", "#332288", "#88CCEE", "#BBBBBB"),
        strict=True,
    )
)
DARK_EMOTION_COLOURS = dict(
    zip(
        EMOTIONS,
        ("#E14B3B", "#43B168", "#B550A4", "#EBD98A", "#7272E2", "#8FD3F4", "#919191"),
        strict=True,
    )
)
"""For dark pages: the same hues, chosen again by the same measure. Smallest distances 33.8; 19.7,
22.6 and 20.2; contrast with #1A1F25 3.7 or more, where the light ones go down to 1.4."""
STATUS_COLOURS = {"ok": "#555555", "no_face": "#D8D8D8", "decode_failed": "#CC3311"}
STATUS_TEXTS = {"ok": "face", "no_face": "no face", "decode_failed": "not decoded"}
GAP_COLOUR = "#F3F3F3"
FAINT = "#D0D0D0"
QUIET = "#555555"
