"""Words of a query put together and taken apart: names stay whole, compounds no row holds fall into what rows hold."""

from collections.abc import Callable, Iterator

from search.analysis import lexicon, tokens
from search.analysis.segmenter import Word

_MAX_NAME = 10
_ENDINGS = "省市区县旗盟保"


def whole(phrase: str) -> Word:
    """``phrase`` as one word with everything in it."""
    words = list(tokens.words_of(phrase))
    return words[0] if len(words) == 1 else _as_name(phrase, words)


def _as_name(piece: str, words: list[Word]) -> Word:
    inner = dict.fromkeys(part for word in words for part in (word.text, *word.parts))
    return Word(piece, tuple(inner))


def looks_like_name(piece: str, words: list[Word]) -> bool:
    """科技e贷, 科技担: a short run that ends in a stray character is one name, and its words apart mean little."""
    if not 2 < len(piece) <= _MAX_NAME or len(words) < 2 or piece.isascii():
        return False
    return len(words[-1].text) == 1 and not any(word.text in lexicon.stopwords() for word in words)


def joined(words: list[Word], is_known: Callable[[str], bool]) -> list[Word]:
    """Neighbours that the language data know as one word become that word, whatever stood between: 商标能抵押."""
    kept = [word for word in words if word.text not in lexicon.stopwords()] or words
    result: list[Word] = []
    for word in (part for each in kept for part in _split(each, is_known)):
        if result and result[-1].text + word.text in lexicon.synonyms():
            result[-1] = _as_name(result[-1].text + word.text, [result[-1], word])
        else:
            result.append(word)
    return result


def _split(word: Word, is_known: Callable[[str], bool]) -> Iterator[Word]:
    """银行贷款 is 银行 and 贷款, 能贷 is 贷, where no row holds the compound the dictionary sees."""
    if is_known(word.text) or not tokens.is_han(word.text):
        yield word
    elif pieces := covering(word):
        for piece in pieces:
            yield from tokens.words_of(piece)
    elif all(char in lexicon.synonyms() or char in lexicon.stopwords() for char in word.text):
        yield from (Word(char, ()) for char in word.text if char not in lexicon.stopwords())
    else:
        yield word


def covering(word: Word) -> list[str]:
    """Parts that together make up the whole word (知识产权 + 质押), longest first; none when they leave a gap."""
    covered: list[str] = []
    position = 0
    while position < len(word.text):
        following = [part for part in word.parts if word.text.startswith(part, position)]
        if not following:
            return []
        covered.append(max(following, key=len))
        position += len(covered[-1])
    return covered


def strays(words: list[Word]) -> list[int]:
    """Positions of single characters that are no word of their own, as 贷, 的, 市 after a place, 保 in 科保 are."""
    positions, start = [], 0
    for word in words:
        char = word.text
        alone = len(char) == 1 and tokens.is_han(char) and len(words) > 1
        if alone and not (char in lexicon.synonyms() or char in lexicon.stopwords() or char in _ENDINGS):
            positions.append(start)
        start += len(char)
    return positions


def says_something(word: str) -> bool:
    """Whether ``word`` is more than talk."""
    return word not in lexicon.stopwords() and (len(word) > 1 or word in lexicon.synonyms())
