"""Suggestions while typing: by Han, by sound, by initials; grouped, few, and at once."""

import time

import pytest

from search.analysis.vocabulary import Gatherer
from search.suggesting import MAX_SUGGESTIONS, Suggester, Suggestion


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    words = Gatherer()
    for number in range(9):
        words.add([f"人才贷(地{number})"], ["甲银行乙分行"], {"tags": ["高层次人才"]}, {"研发"})
    words.add(["知产融"], ["工商银行上海市分行"], {"guarantees": ["知识产权质押"]}, {"质押"})
    return Suggester(words.vocabulary())


def texts(suggester: Suggester, typed: str) -> list[str]:
    return [item.text for item in suggester.suggest(typed)]


@pytest.mark.parametrize(
    "typed", ["人", "人才", "rc", "rcd", "rencai", "renc", "RENCAI", "ｒｃｄ", "人才贷", "ren cai"]
)
def test_a_name_is_suggested_however_it_is_begun(suggester, typed):
    assert "人才贷" in texts(suggester, typed)


def test_what_begins_so_comes_before_what_only_has_it_inside(suggester):
    found = texts(suggester, "人才")
    assert found[0] == "人才贷"
    assert "高层次人才" in found


def test_groups_come_in_one_order_and_are_labelled(suggester):
    found = suggester.suggest("zhi")
    assert Suggestion("知产融", "name", "产品") in found
    assert Suggestion("知识产权质押", "value", "标签") in found
    labels = [item.label for item in found]
    assert labels == sorted(labels, key=["产品", "机构", "标签", "试试"].index)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("人c", "人才贷"),
        ("人才d", "人才贷"),
        ("知chan", "知产融"),
        ("gongh", "工商银行上海市分行"),
        ("工行", "工商银行上海市分行"),
    ],
)
def test_han_with_the_rest_by_sound_and_short_names_of_banks(suggester, typed, meant):
    assert meant in texts(suggester, typed)


def test_what_would_find_nothing_is_not_suggested(suggester):
    assert "招商银行" not in texts(suggester, "zhaos")
    assert "保定" not in texts(suggester, "保d")


@pytest.mark.parametrize("typed", ["", " ", "？", "qqqqqq", "\ud800", "贷" * 500])
def test_nothing_is_suggested_for_nothing(suggester, typed):
    assert suggester.suggest(typed) == ()


def test_there_are_never_more_than_eight(suggester):
    assert all(len(suggester.suggest(typed)) <= MAX_SUGGESTIONS for typed in "abcdefghijklmnopqrstuvwxyz人科贷")


def test_ninety_five_of_a_hundred_take_less_than_a_millisecond(suggester):
    typed = [word[:size] for word in ("rencaidai", "知识产权", "gongshang", "高层次人才", "z") for size in range(1, 10)]
    times = []
    for text in typed * 20:
        start = time.perf_counter()
        suggester.suggest(text)
        times.append(time.perf_counter() - start)
    assert sorted(times)[len(times) * 95 // 100] < 0.001
