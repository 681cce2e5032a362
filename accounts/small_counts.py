"""Counts of few parties are not shown to those who may not read the records themselves."""

from collections.abc import Mapping
from typing import TypeVar

Key = TypeVar("Key")

# The one constant: a group smaller than this could be known by name.
SMALLEST_SHOWN = 5


def shown_counts(counts: Mapping[Key, int]) -> dict[Key, int | None]:
    """``counts`` with small ones as None. One hidden alone would follow from the total: the next smallest goes too."""
    hidden = {key for key, count in counts.items() if 0 < count < SMALLEST_SHOWN}
    others = [key for key, count in counts.items() if count >= SMALLEST_SHOWN]
    if len(hidden) == 1 and others:
        hidden.add(min(others, key=lambda key: counts[key]))
    return {key: None if key in hidden else count for key, count in counts.items()}


def folded(counts: Mapping[Key, int]) -> tuple[dict[Key, int], list[Key]]:
    """(groups with their counts, groups to be told of in one sum only). The sum is never small itself, or else all of
    what is left goes with it; it follows from the total."""
    shown = {key: count for key, count in counts.items() if count >= SMALLEST_SHOWN}
    hidden = [key for key, count in counts.items() if 0 < count < SMALLEST_SHOWN]
    while hidden and shown and sum(counts[key] for key in hidden) < SMALLEST_SHOWN:
        least = min(shown, key=lambda key: shown[key])
        hidden.append(least)
        del shown[least]
    return shown, hidden
