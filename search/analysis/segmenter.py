"""Han runs into words: jieba with the domain words. Loaded on first use, since that takes about two seconds."""

import logging
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings

from search.analysis import lexicon

_lock = threading.Lock()
_loaded: list[Any] = []


@dataclass(frozen=True)
class Word:
    """A word and the dictionary words inside it (those of cut_for_search, and every domain word)."""

    text: str
    parts: tuple[str, ...]


def loaded() -> bool:
    """Whether the dictionary is in memory already."""
    return bool(_loaded)


def _tokenizer() -> Any:
    with _lock:
        if not _loaded:
            import jieba

            jieba.setLogLevel(logging.ERROR)
            tokenizer = jieba.dt
            # jieba would write its cache into the shared system temp directory.
            folder = settings.DATA_DIR / "segmenter"
            with suppress(OSError):
                # Only a cache: without it loading takes a second longer.
                folder.mkdir(parents=True, exist_ok=True)
            tokenizer.tmp_dir = str(folder)
            tokenizer.initialize()
            for word in sorted(lexicon.domain_words()):
                tokenizer.add_word(word)
            _loaded.append(tokenizer)
    return _loaded[0]


@lru_cache(maxsize=50_000)
def words(run: str) -> tuple[Word, ...]:
    """Segment one run of Han characters; the same run always gives the same words."""
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
