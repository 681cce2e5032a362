"""Text to tokens, the same way for documents and queries."""

import re
from collections.abc import Iterator

from search.analysis import lexicon, quantities, segmenter
from search.analysis.normalise import fold
from search.analysis.segmenter import Word

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_RUN = re.compile(rf"(?P<han>[{HAN}]+)|[a-z]+|\d+(?:\.\d+)?%?")
_NAME_RUN = re.compile(rf"[{HAN}a-z0-9]+")
_LACKING = re.compile(
    rf"有没有(?!没)|(?P<lacking>(?:没有?|无需?|不用|不要|不需要?|不想|不愿意?|不必|拿不出|提供不了|缺少?|免)"
    rf"(?:[{HAN}]{{0,4}}?(?:抵押|担保)[物品]|[{HAN}]{{0,4}}?抵押|任?何?(?:房产|房子|不动产|厂房|固定资产)))"
)
_MAX_RUN = 400


def is_han(text: str) -> bool:
    """Whether ``text`` starts with a Han character."""
    return bool(re.match(rf"[{HAN}]", text))


def respelled(folded: str) -> str:
    """Folded text with the variant spellings replaced."""
    for left, right in lexicon.variants():
        folded = folded.replace(left, right)
    return folded


def without_pledge(folded: str) -> str:
    """A question about lacking something to mortgage, in the one form of the data: 没有房子抵押 → 无抵押.

    It stands apart, or 无抵押贷款 would be cut into 无 and 抵押贷款.
    """
    return _LACKING.sub(lambda match: " 无抵押 " if match["lacking"] else match[0], folded)


def words_of(folded: str) -> Iterator[Word]:
    """Words of a folded text in order; Latin and number runs are words without parts."""
    for match in _RUN.finditer(folded):
        if not match["han"]:
            yield Word(match[0], ())
            continue
        run = match["han"]
        for start in range(0, len(run), _MAX_RUN):
            yield from segmenter.words(run[start : start + _MAX_RUN])


def index_tokens(text: str) -> list[str]:
    """Every token a document's text is found by: words, the words in them, and canonical quantities."""
    folded = respelled(fold(text))
    tokens: list[str] = []
    for word in words_of(folded):
        tokens.extend((*word.parts, word.text))
        tokens.extend(concept(part) for part in (*word.parts, word.text) if lexicon.concept(part))
    tokens.extend(item.token for item in quantities.scan(folded))
    return tokens


def concept(word: str) -> str:
    """The token shared by all words of the same meaning; a word without such stands for itself."""
    known = lexicon.concept(word)
    return f"same:{known}" if known else word


def grams(text: str) -> list[str]:
    """Characters and adjacent pairs of a name, so that one or two characters find it; its first and its whole."""
    folded = respelled(fold(text))
    found: list[str] = []
    for run in name_runs(folded):
        found.extend(run)
        found.extend(run[index : index + 2] for index in range(len(run) - 1))
    proper = proper_runs(folded)
    found.extend(map(whole, proper))
    found.extend(map(first, proper[:1]))
    return found


def first(run: str) -> str:
    """The gram of what begins a run of a name."""
    return f"^{run[:1]}"


def whole(run: str) -> str:
    """The gram of a run that is all of a name."""
    return f"={run}"


def name_runs(folded: str) -> list[str]:
    """The unbroken runs of Han, letters and digits in a folded text."""
    return _NAME_RUN.findall(folded)


def proper_runs(folded: str) -> list[str]:
    """Those before a bracket: what stands in it tells more about a name, it is not one: 江西合作银行(建行、交行)."""
    return name_runs(folded.split("(", 1)[0]) or name_runs(folded)
