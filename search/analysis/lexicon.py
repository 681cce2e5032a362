"""The language data kept as files in ``search/data``: read once, part of every generation's version."""

import hashlib
import re
import threading
from collections.abc import Iterator
from functools import lru_cache
from importlib import metadata, resources
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"
_FILES = (
    "words.txt",
    "questions.txt",
    "stopwords.txt",
    "synonyms.txt",
    "places.txt",
    "variants.txt",
    "implied.txt",
    "lookalikes.txt",
)
_PACKAGES = ("jieba", "pypinyin", "opencc-python-reimplemented")


_added: list[tuple[str, ...]] = [()]
_lock = threading.Lock()


def added() -> tuple[str, ...]:
    """Lines beside those of synonyms.txt that are in use now."""
    return _added[0]


def use(lines: tuple[str, ...]) -> None:
    """Use ``lines`` beside those of synonyms.txt from now on, in this process: those a generation was built with."""
    with _lock:
        if lines != _added[0]:
            _added[0] = lines
            for remembered in (domain_words, synonyms, _same):
                remembered.cache_clear()


def _lines(name: str) -> Iterator[str]:
    text = (DATA / name).read_text("utf-8")
    for line in [*text.splitlines(), *(added() if name == "synonyms.txt" else ())]:
        content = line.split("#", 1)[0].strip()
        if content:
            yield content


@lru_cache(maxsize=1)
def version() -> str:
    """Hash of everything that decides tokens besides the document's own text."""
    digest = hashlib.sha256(repr([(name, metadata.version(name)) for name in _PACKAGES]).encode())
    # The code of this layer decides as much as its data: any change of either makes a new index.
    for module in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(module.read_bytes())
    for name in _FILES:
        digest.update((DATA / name).read_bytes())
    return digest.hexdigest()[:16]


@lru_cache(maxsize=1)
def domain_words() -> frozenset[str]:
    """Words the segmenter must keep whole: the listed ones, and every Han word of the synonyms and places."""
    words = {word for line in _lines("words.txt") for word in line.split()}
    for source, targets in synonyms().items():
        words.update((source, *targets))
    words.update(word for place in parents() for word in (place, *parents()[place]))
    words.update(implied())
    return frozenset(word for word in words if len(word) > 1 and word.isalpha() and not word.isascii())


@lru_cache(maxsize=1)
def latin_words() -> frozenset[str]:
    """Listed words that are written in Latin letters: they sound like nothing."""
    return frozenset(word.lower() for line in _lines("words.txt") for word in line.split() if word.isascii())


@lru_cache(maxsize=1)
def stopwords() -> frozenset[str]:
    """Words of a question that say nothing about what is looked for."""
    return frozenset(word for line in _lines("stopwords.txt") for word in line.split())


@lru_cache(maxsize=1)
def _question() -> re.Pattern[str]:
    phrases = sorted((word for line in _lines("questions.txt") for word in line.split()), key=lambda word: -len(word))
    return re.compile("|".join(map(re.escape, phrases)))


def without_questions(run: str) -> list[str]:
    """The pieces of ``run`` between phrases that only make it a question; the run itself when nothing else is in it."""
    return [piece for piece in _question().split(run) if piece] or [run]


@lru_cache(maxsize=1)
def context_words() -> frozenset[str]:
    """Words that only name the quantity beside them (利率, 成立 …): no condition of their own beside a number."""
    return frozenset(
        "成立 销售 年销售 销售额 营收 年营收 营业收入 收入 利率 年化 年利率 费率 利息 期限 额度 负债率".split()
    )


@lru_cache(maxsize=1)
def synonyms() -> dict[str, tuple[str, ...]]:
    """Word → phrases that also satisfy it. ``a = b`` holds both ways, ``a b => c`` from left to right."""
    table: dict[str, dict[str, None]] = {}
    for line in _lines("synonyms.txt"):
        if "=>" in line:
            left, right = line.lower().split("=>")
            sources, targets = left.split(), right.split()
        else:
            sources = targets = [word.strip() for word in line.lower().split("=")]
        for source in sources:
            table.setdefault(source, {}).update(dict.fromkeys(word for word in targets if word != source))
    return {source: tuple(targets) for source, targets in table.items()}


@lru_cache(maxsize=1)
def _same() -> dict[str, tuple[str, ...]]:
    """Word → all words of the same meaning, itself included: those of ``=`` lines, joined where they share one."""
    table: dict[str, tuple[str, ...]] = {}
    for line in _lines("synonyms.txt"):
        if "=>" not in line:
            words = [word.strip() for word in line.split("=")]
            joined = tuple(sorted({other for word in words for other in table.get(word, (word,))}))
            table.update(dict.fromkeys(joined, joined))
    return table


def concept(word: str) -> str | None:
    """The one word that stands for all of the same meaning; None when there is no other."""
    same = _same().get(word)
    return same[0] if same else None


def equals(word: str) -> tuple[str, ...]:
    """The other words of the same meaning."""
    return tuple(other for other in _same().get(word, ()) if other != word)


@lru_cache(maxsize=1)
def implied() -> dict[str, str]:
    """Word → the quantity it hints at without naming one: 低息 → 利率3%."""
    pairs = (line.split("=>") for line in _lines("implied.txt"))
    return {word: quantity.strip() for words, quantity in pairs for word in words.split()}


@lru_cache(maxsize=1)
def lookalikes() -> dict[str, str]:
    """Character → those written or read in its place because they look like it."""
    table: dict[str, str] = {}
    for group in (group for line in _lines("lookalikes.txt") for group in line.split()):
        table.update((char, table.get(char, "") + group) for char in group)
    return table


@lru_cache(maxsize=1)
def parents() -> dict[str, tuple[str, ...]]:
    """Place → the larger places it lies in, nearest first."""
    direct: dict[str, str] = {}
    for line in _lines("places.txt"):
        parent, children = line.split(":")
        direct.update(dict.fromkeys(children.split(), parent.strip()))
    table: dict[str, tuple[str, ...]] = {}
    for place in direct:
        chain = [place]
        while chain[-1] in direct:
            chain.append(direct[chain[-1]])
        table[place] = tuple(chain[1:])
    return table


@lru_cache(maxsize=1)
def simplified() -> dict[str, str]:
    """Traditional character → simplified one, from the table of the OpenCC project that its package carries."""
    table = resources.files("opencc").joinpath("dictionary", "TSCharacters.txt").read_text("utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    return {char: choices.split()[0] for char, choices in pairs}


@lru_cache(maxsize=1)
def variants() -> tuple[tuple[str, str], ...]:
    """Spellings replaced before segmentation, e.g. 首台(套) → 首台套."""
    return tuple((left.strip(), right.strip()) for left, right in (line.split("=>") for line in _lines("variants.txt")))
