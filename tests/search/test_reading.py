"""What must hold of any text: it is read without failing, and the same however it is written."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from search.analysis.normalise import fold
from search.analysis.quantities import scan
from search.analysis.vocabulary import Gatherer
from search.asking import Asker
from search.language import Language
from tests.search.shelf import SHELF

WORDS = (
    "人才贷 善新贷 科技e贷 专精特新 知识产权质押 高新技术企业 工行 徽商银行 鄂尔多斯 无抵押 没有抵押物怎么贷款 "
    "专利能不能抵押贷款 500万 五百万 三年 利率3.5%以下 低息贷款 rencaidai zjtx 人才dai 科创形企业 首台套 成立不到一年"
).split()
PIECES = st.sampled_from(
    [*WORDS, " ", "，", "贷", "万", "%", "a", "壹", "个点", "\ud800", "\x00", "😀", "'", "年", "3"]
)


@pytest.fixture(scope="module")
def asker() -> Asker:
    words = Gatherer()
    for name in ("人才贷", "善新贷", "科技e贷", "天府知来贷"):
        words.add([name], ["徽商银行安庆分行", "工商银行"], {"kinds": ["专精特新", "高新技术企业"]}, {"贷款", "抵押"})
    held = {"贷款", "抵押", "人才", "科技", "专精特新", "徽商银行", "信用"}
    return Asker(SHELF, Language(SHELF, words.vocabulary().stored()), lambda token: 100 * (token in held))


def read(asker: Asker, text: str) -> tuple[object, ...]:
    asked = asker.ask(text)
    return (*asked.ladder(),), asked.ranking(), [(item.kind, item.value) for item in asked.understood], {*asked.near}


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=5_000), st.lists(PIECES, max_size=60).map("".join)))
def test_any_text_is_read(asker, text):
    read(asker, text)
    scan(fold(text))


@pytest.mark.parametrize(
    "text", ["贷" * 5_000, "a" * 5_000, "' " * 2_500, "9" * 5_000, "一百万" * 1_600, "没有" * 2_500]
)
def test_a_flood_is_read_too(asker, text):
    read(asker, text)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join))
def test_the_same_is_read_however_it_is_written(asker, text):
    wide = "".join(
        chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else "\u3000" if char == " " else char for char in text
    )
    traditional = OpenCC("s2t").convert(text)
    assume(fold(traditional) == fold(text))
    assert read(asker, wide) == read(asker, traditional) == read(asker, text.upper()) == read(asker, text)


def spoken(number: int, digits: str = "零一二三四五六七八九", units: str = "千百十") -> str:
    """``number`` below 10,000 in Chinese numerals, cheque numerals when told."""
    text, gap = "", False
    for place, digit in enumerate(map(int, f"{number:04}")):
        gap = gap or (digit == 0 and text != "")
        if digit:
            text += ("零" if gap and text else "") + digits[digit] + (units[place] if place < 3 else "")
            gap = False
    return text


@settings(max_examples=120)
@given(st.integers(1, 9_999))
def test_an_amount_is_one_however_it_is_spelled(wan):
    cheque = spoken(wan, "零壹贰叁肆伍陆柒捌玖", "仟佰拾")
    spellings = [f"{wan}万", f"{wan}万元", f"{wan}W", f"{wan}wan", f"{wan}0000元", f"{wan:,}万", f"{spoken(wan)}万"]
    spellings += [f"{cheque}万元", f"{wan / 10_000:.4f}亿", f"{wan}多万"]
    assert {tuple((item.token, item.value) for item in scan(fold(text))) for text in spellings} == {
        ((f"amt:{wan}0000", wan * 10_000),)
    }


@given(st.integers(1, 30))
def test_a_term_is_one_in_years_and_in_months(years):
    texts = (f"{years}年", f"{spoken(years)}年", f"{years * 12}个月", f"{spoken(years * 12)}个月")
    assert {item.value for text in texts for item in scan(text)} == {years * 12}


@given(st.integers(1, 2_000))
def test_a_rate_is_one_in_per_cent_and_in_basis_points(points):
    whole, rest = divmod(points, 100)
    tail = "".join("零一二三四五六七八九"[int(digit)] for digit in f"{rest:02}")
    texts = (
        f"{whole}.{rest:02}%",
        f"利率{points}bp",
        f"利率{whole}.{rest:02}个点",
        f"百分之{spoken(whole) or '零'}点{tail}",
    )
    assert {(item.kind, item.value) for text in texts for item in scan(text)} == {("rate", points)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("高层次人才 300万", [("amount", 3_000_000)]),
        ("专利质押 500w", [("amount", 5_000_000)]),
        ("刚成立的公司贷3年", [("term", 36)]),
        ("股权质押 3.5%", [("rate", 350)]),
        ("1个亿", [("amount", 100_000_000)]),
        ("5000000", [("amount", 5_000_000)]),
        ("三个点", [("rate", 300)]),
        ("上浮20%", [(None, 2000)]),
        ("下降100个基点", []),
        ("邮编017000", []),
        ("电话13800000000", []),
    ],
)
def test_what_stands_before_a_figure_tells_only_what_it_says(text, expected):
    assert [(item.kind, item.value) for item in scan(text)] == expected
