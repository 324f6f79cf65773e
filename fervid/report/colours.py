"""The page's colours, on light and on dark: the charts' palette, and lines that stand out on it."""

from __future__ import annotations

from fervid.charts.palette import DARK_EMOTION_COLOURS, EMOTION_COLOURS

LEAST_CONTRAST = 3.0
"""WCAG 2.2, 1.4.11, for what must be seen to understand a chart."""

THEMES = {
    "light": {
        "page": "#F6F7F8",
        "panel": "#FFFFFF",
        "ink": "#1B2127",
        "quiet": "#56616C",
        "rule": "#DFE3E7",
        "rule-strong": "#88939D",
        "grid": "#ECEFF1",
        "gap": "#E9ECEF",
        "accent": "#1F5F99",
        "chosen": "#E4EEF7",
        "heat-low": "#F1F5F9",
        "heat-high": "#0B4F8F",
        "valid-low": "#F3F3F1",
        "valid-high": "#4B5157",
        "strip-seen": "#4B5560",
        "strip-doubtful": "#98A3AD",
        "strip-others": "#BCC8D2",
        "strip-empty": "#DEE2E6",
        "failed": "#CC3311",
        "caution": "#FDF6E3",
        "caution-rule": "#D9B84A",
        "bad": "#B3261E",
        "warn": "#8A5A00",
    },
    "dark": {
        "page": "#12161A",
        "panel": "#1A1F25",
        "ink": "#E7EAED",
        "quiet": "#A3AEB8",
        "rule": "#2F3740",
        "rule-strong": "#6B7782",
        "grid": "#252C33",
        "gap": "#2B333B",
        "accent": "#8CBCEC",
        "chosen": "#22364A",
        "heat-low": "#222A32",
        "heat-high": "#9FD0FF",
        "valid-low": "#24292E",
        "valid-high": "#D4D9DE",
        "strip-seen": "#AAB6C1",
        "strip-doubtful": "#6F7C88",
        "strip-others": "#505D69",
        "strip-empty": "#353E47",
        "failed": "#FF7A66",
        "caution": "#2A2616",
        "caution-rule": "#A08632",
        "bad": "#FF9A90",
        "warn": "#E6B65C",
    },
}
"""What page/report.css and the scripts call these; letters are `ink`, `quiet`, `accent`, `bad` or
`warn` on `page`, `panel`, `chosen` or `caution`."""


def style_sheet() -> str:
    """Write the variables of both themes: dark where system or reader want it, not on paper."""
    light, dark = (_declared(theme) for theme in THEMES)
    return (
        f":root {{ color-scheme: light; {light} }}\n"
        "@media screen and (prefers-color-scheme: dark) {\n"
        f":root:not([data-theme=light]) {{ color-scheme: dark; {dark} }}\n}}\n"
        f"@media screen {{ :root[data-theme=dark] {{ color-scheme: dark; {dark} }} }}\n"
    )


def class_colours(theme: str) -> dict[str, str]:
    """Name the colour of each class, and of its line.

    Args:
        theme: `light` or `dark`.

    Returns:
        `happy` and `happy-line` and so on; lines are darker on light and lighter on dark, until
        they have `LEAST_CONTRAST`.
    """
    colours = EMOTION_COLOURS if theme == "light" else DARK_EMOTION_COLOURS
    lines = {f"{name}-line": _standing_out(colour, theme) for name, colour in colours.items()}
    return {**colours, **lines}


def contrast(one: str, other: str) -> float:
    """Compute the contrast of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _declared(theme: str) -> str:
    colours = {**THEMES[theme], **class_colours(theme)}
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())


def _standing_out(colour: str, theme: str) -> str:
    """Mix ink into a colour, as little as does."""
    ink = 0 if theme == "light" else 255
    for step in range(21):
        mixed = [round(part + (ink - part) * step / 20) for part in _parts(colour)]
        text = "#{:02X}{:02X}{:02X}".format(*mixed)
        if contrast(text, THEMES[theme]["panel"]) >= LEAST_CONTRAST:
            break
    return text


def _parts(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _luminance(colour: str) -> float:
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (part / 255 for part in _parts(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
