"""Words typed by sound: full, initials, mixed, beside Han; and what is written in Latin stays."""

import pytest

from search.analysis import sounds
from search.analysis.romanised import Romanised
from search.analysis.vocabulary import Gatherer, Vocabulary

NAMES = ("人才贷", "科技e贷", "重庆银行", "善新贷", "天府知来贷")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    words = Gatherer()
    for name in NAMES:
        words.add([name], [], {"guarantees": ["信用"]}, {"质押", "lpr"})
    return words.vocabulary()


def decoded(vocabulary: Vocabulary, text: str) -> str:
    for item in reversed(Romanised(vocabulary).decode(text, lambda run: run in ("lpr", "e"))):
        text = text[: item.start] + item.choices[0] + text[item.end :]
    return text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("rencaidai", "人才贷"),
        ("rcd", "人才贷"),
        ("rencaid", "人才贷"),
        ("rcdai", "人才贷"),
        ("ren cai dai", "人才贷"),
        ("人才dai", "人才贷"),
        ("ren才dai", "人才贷"),
        ("kejiedai", "科技e贷"),
        ("科技edai", "科技e贷"),
        ("chongqingyinhang", "重庆银行"),
        ("zhongqingyinhang", "重庆银行"),
        ("zjtx", "专精特新"),
        ("zhuanjingtexin xinyong", "专精特新信用"),
        ("tianfuzhilaidai", "天府知来贷"),
    ],
)
def test_what_is_typed_by_sound_is_read(vocabulary, typed, meant):
    assert decoded(vocabulary, typed).replace(" ", "") == meant


@pytest.mark.parametrize("typed", ["lpr", "科技e贷", "贷款", "", "q", "500", "lpr减点"])
def test_what_rows_hold_or_nothing_sounds_like_is_left(vocabulary, typed):
    assert decoded(vocabulary, typed) == typed


def test_the_usual_reading_comes_first_and_others_follow():
    assert sounds.readings("重庆")[0] == "chong qing"
    assert "zhong qing" in sounds.readings("重庆")


def test_ways_of_typing_tell_how_much_is_left_out():
    typed = sounds.spellings("ren cai dai")
    assert (typed["rencaidai"], typed["rencaid"], typed["rcd"]) == (0, 1, 2)


def test_a_vocabulary_comes_back_as_it_was_stored(vocabulary):
    import json

    assert Vocabulary.restored(json.loads(json.dumps(vocabulary.stored()))) == vocabulary


def test_a_flood_of_letters_is_no_word(vocabulary):
    assert decoded(vocabulary, "a" * 200) == "a" * 200
