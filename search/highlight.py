"""Marks hits in the original text: segments, never markup, so that escaping stays with whoever shows them."""

import re
from collections.abc import Iterable
from functools import lru_cache

from search.analysis import quantities
from search.analysis.normalise import fold_with_origins
from search.query import Segment

SNIPPET = 90
_LEAD = 20


def highlight(original: str, needles: Iterable[str], limit: int = SNIPPET) -> tuple[Segment, ...]:
    """Segments of ``original`` around its first hit, at most ``limit`` characters; empty when nothing is hit.

    ``needles`` are folded words and canonical quantities; a longer needle wins over a shorter one inside it.
    """
    folded = fold_with_origins(original)
    spans = _spans(folded.text, needles)
    if not spans:
        return ()
    marked = sorted((folded.origins[start], folded.origins[end - 1] + 1) for start, end in spans)
    return _cut(original, _merged(marked), limit)


def _spans(text: str, needles: Iterable[str]) -> list[tuple[int, int]]:
    wanted = frozenset(needles)
    pattern = _pattern(wanted)
    spans = [match.span() for match in pattern.finditer(text)] if pattern else []
    if any(quantities.is_token(needle) for needle in wanted):
        spans.extend((item.start, item.end) for item in quantities.scan(text) if item.token in wanted)
    return spans


@lru_cache(maxsize=64)
def _pattern(needles: frozenset[str]) -> re.Pattern[str] | None:
    words = sorted((needle for needle in needles if needle), key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, words))) if words else None


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged = [spans[0]]
    for start, end in spans[1:]:
        if start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _cut(original: str, spans: list[tuple[int, int]], limit: int) -> tuple[Segment, ...]:
    first = 0 if len(original) <= limit else max(0, min(spans[0][0] - _LEAD, len(original) - limit))
    last = min(len(original), first + limit)
    segments: list[Segment] = [Segment("…", False)] if first else []
    position = first
    for start, end in spans:
        start, end = max(start, position), min(end, last)
        if start >= end:
            continue
        if start > position:
            segments.append(Segment(original[position:start], False))
        segments.append(Segment(original[start:end], True))
        position = end
    if position < last:
        segments.append(Segment(original[position:last], False))
    if last < len(original):
        segments.append(Segment("…", False))
    return tuple(segments)
