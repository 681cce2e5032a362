"""Small counts are hidden, and what would give them away with them."""

from hypothesis import given
from hypothesis import strategies as st

from accounts.small_counts import SMALLEST_SHOWN, folded, shown_counts


def test_small_ones_go_and_nothing_is_nothing():
    assert shown_counts({"a": 12, "b": 3, "c": 4, "d": 0}) == {"a": 12, "b": None, "c": None, "d": 0}


def test_one_alone_takes_the_next_smallest_along():
    assert shown_counts({"a": 12, "b": 3, "c": 7}) == {"a": 12, "b": None, "c": None}


@given(st.dictionaries(st.integers(), st.integers(min_value=0, max_value=40), max_size=12))
def test_no_small_count_is_shown_nor_follows_from_the_total(counts):
    seen = shown_counts(counts)
    hidden = [counts[key] for key, count in seen.items() if count is None]
    assert all(count == 0 or count >= SMALLEST_SHOWN for count in seen.values() if count is not None)
    assert all(seen[key] in (None, count) for key, count in counts.items())
    if len(hidden) == 1:
        assert all(count == 0 for key, count in counts.items() if seen[key] is not None)


def test_small_groups_are_told_of_in_one_sum_that_is_not_small():
    assert folded({"a": 9, "b": 7, "c": 1, "d": 2, "e": 0}) == ({"a": 9}, ["c", "d", "b"])
    assert folded({"a": 9, "c": 4, "d": 4}) == ({"a": 9}, ["c", "d"])
    assert folded({"a": 5, "b": 6}) == ({"a": 5, "b": 6}, [])
    assert folded({"a": 2}) == ({}, ["a"])
