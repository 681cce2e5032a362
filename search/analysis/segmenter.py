"""Han runs into words: jieba with the domain words. Loaded on first use, since that takes about two seconds."""

import logging
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings

from search.analysis import lexicon

# A long domain word is meant, not what the dictionary would make of its ends: 北京银行|贷款, never 北京|银行贷款.
_LONG, _OFTEN = 4, 3000
_lock = threading.Lock()
_loaded: list[tuple[Any, frozenset[str]]] = []


@dataclass(frozen=True)
class Word:
    """A word and the dictionary words inside it (those of cut_for_search, and every domain word)."""

    text: str
    parts: tuple[str, ...]


def _tokenizer() -> Any:
    """jieba with the domain words in use; made again only when one of them is taken away, which takes a second."""
    words = lexicon.domain_words()
    with _lock:
        if not _loaded or not _loaded[0][1] <= words:
            _loaded[:] = [(_fresh(), frozenset())]
        tokenizer, known = _loaded[0]
        if words is not known:
            for word in sorted(words - known):
                tokenizer.add_word(word, _OFTEN if len(word) >= _LONG else None)
            _loaded[0] = tokenizer, words
    return tokenizer


def _fresh() -> Any:
    import jieba

    jieba.setLogLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()
    # jieba would write its cache into the shared system temp directory.
    folder = settings.DATA_DIR / "segmenter"
    with suppress(OSError):
        # Only a cache: without it loading takes a second longer.
        folder.mkdir(parents=True, exist_ok=True)
    tokenizer.tmp_dir = str(folder)
    tokenizer.initialize()
    return tokenizer


def words(run: str) -> tuple[Word, ...]:
    """Segment one run of Han characters; the same run and the same domain words always give the same words."""
    return _words(run, lexicon.added())


@lru_cache(maxsize=50_000)
def _words(run: str, _added: tuple[str, ...]) -> tuple[Word, ...]:
    tokenizer = _tokenizer()
    return tuple(Word(text, _parts(tokenizer, text)) for text in tokenizer.cut(run))


def _parts(tokenizer: Any, word: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for size in range(2, len(word)):
        for start in range(len(word) - size + 1):
            piece = word[start : start + size]
            if piece in lexicon.domain_words() or (size <= 3 and tokenizer.FREQ.get(piece)):
                found[piece] = None
    return tuple(found)
