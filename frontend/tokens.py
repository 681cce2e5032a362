"""The colours of tokens.css as data, with their contrast; read from the style sheet itself, so they cannot differ."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_SHEET = Path(__file__).resolve().parent / "static" / "frontend" / "tokens.css"
_COLOUR = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6});")
_FAMILIES = {
    "ink": "墨", "grass": "草", "sand": "沙", "clay": "陶", "plum": "紫", "slate": "灰", "text": "文字",
    "line": "线", "paper": "纸", "surface": "面", "control": "控件边", "track": "条底", "sky": "天",
    "chart-grass": "图表草", "bar-sand": "条形沙", "tile": "图块", "ledger-line": "台账线",
}  # fmt: skip


@dataclass(frozen=True)
class Colour:
    """One token; ``on_paper`` and ``white_on`` are WCAG 2 contrast ratios."""

    token: str
    value: str
    name: str
    on_paper: float
    white_on: float


@lru_cache(maxsize=1)
def colours() -> tuple[Colour, ...]:
    """Every colour of the style sheet, in its order."""
    found = _COLOUR.findall(_SHEET.read_text("utf-8"))
    paper = dict(found)["paper"]
    return tuple(
        Colour(token, value, _name(token), contrast(value, paper), contrast("#ffffff", value)) for token, value in found
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours written #rrggbb, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _name(token: str) -> str:
    family = next(
        key for key in sorted(_FAMILIES, key=len, reverse=True) if token == key or token.startswith(f"{key}-")
    )
    return f"{_FAMILIES[family]} {token[len(family) + 1 :]}".rstrip()
