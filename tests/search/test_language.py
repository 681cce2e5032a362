"""Folding, segmentation with the domain words, and the data files they rest on."""

from pathlib import Path

import pytest
from django.conf import settings

from search.analysis import lexicon, segmenter, tokens
from search.analysis.correction import Corrector
from search.analysis.normalise import clean, fold, fold_with_origins
from search.analysis.vocabulary import Gatherer


def corrector(*names: str) -> Corrector:
    words = Gatherer()
    for name in names:
        words.add([name], [], {}, set())
    return Corrector(words.vocabulary())


def segmented(text: str) -> list[str]:
    return [word.text for word in tokens.words_of(fold(text))]


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("專精特新", "专精特新"),
        ("知識產權質押", "知识产权质押"),
        ("人才擔保", "人才担保"),
        ("ＬＰＲ５００万", "lpr500万"),
        ("㎡①Ⅲ", "m21iii"),
        ("软件著作权", "软件著作权"),
        ("", ""),
    ],
)
def test_one_form_for_every_way_of_writing(written, folded):
    assert fold(written) == folded


def test_origins_lead_back_to_the_original_characters():
    folded = fold_with_origins("①㎡專")
    assert folded.text == "1m2专"
    assert folded.origins == (0, 1, 1, 2)


def test_clean_drops_what_cannot_be_stored_and_cuts():
    assert clean("贷\ud800款\x00\n保", 10) == "贷款  保"
    assert clean("贷" * 10_000, 200) == "贷" * 200


@pytest.mark.parametrize(
    "word",
    ["专精特新", "知识产权质押", "无还本续贷", "首台套", "工行", "邮储银行", "鄂托克前旗", "天骄英才", "科技特派员"],
)
def test_domain_words_stay_whole(word):
    assert segmented(f"申请{word}产品")[1] == word


def test_every_data_word_of_the_domain_survives_segmentation_alone():
    broken = [word for word in sorted(lexicon.domain_words()) if segmented(word) != [word]]
    assert broken == []


def test_words_inside_a_word_are_found_too():
    assert {"知识产权", "质押"} <= set(tokens.index_tokens("知识产权质押"))


def test_only_han_runs_reach_the_segmenter():
    assert segmented("科技e贷LPR3.0") == ["科技", "e", "贷", "lpr", "3.0"]


def test_documents_and_queries_share_canonical_quantities():
    assert {"amt:5000000", "mon:36"} <= set(tokens.index_tokens("纯信用最高五百万元,期限36个月"))


def test_grams_find_one_and_two_characters_of_a_name():
    assert tokens.grams("科e贷(杭州)") == ["科", "e", "贷", "科e", "e贷", "杭", "州", "杭州", "=科e贷", "^科"]


def test_the_dictionary_cache_stays_inside_the_data_directory():
    assert Path(segmenter._tokenizer().tmp_dir).name == "segmenter"
    assert settings.DATA_DIR


def test_synonyms_hold_both_ways_only_where_the_file_says_so():
    assert "高新技术企业" in lexicon.synonyms()["高企"]
    assert "高企" in lexicon.synonyms()["高新技术企业"]
    assert "信用" in lexicon.synonyms()["纯信用"]
    assert "纯信用" not in lexicon.synonyms().get("信用", ())


def test_places_know_the_larger_places_they_lie_in():
    assert lexicon.parents()["乌审旗"] == ("鄂尔多斯", "内蒙古", "全国")
    assert lexicon.parents()["包头"] == ("内蒙古", "全国")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("专精特薪", ("专精特新",)),
        ("善心贷", ("善新贷",)),
        ("天府知赖贷", ("天府知来贷",)),
        ("天府来知贷", ("天府知来贷",)),
        ("天府知来来贷", ("天府知来贷",)),
    ],
)
def test_one_wrong_character_is_repaired(typed, meant):
    repair = corrector("善新贷", "天府知来贷").repair(typed, range(len(typed)))
    assert repair is not None
    assert repair.candidates == meant


@pytest.mark.parametrize("typed", ["善新贷", "专精特新", "完全不同", "贷", "", "善新贷款"])
def test_what_is_right_or_far_from_every_name_is_left_alone(typed):
    assert corrector("善新贷").repair(typed, range(len(typed))) is None
