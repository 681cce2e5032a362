"""What people search for, counted without saying who: a line a search in DATA_DIR, gathered into days by the worker."""

import json
import os
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum

from accounts.small_counts import SMALLEST_SHOWN
from common import clock
from search.analysis.normalise import clean, fold
from search.models import SearchedText

_LENGTH = 40
# Telephone, identity and account numbers, addresses of mail: such a text is never kept.
_PERSONAL = re.compile(r"\d{7}|[\w.+-]+@\w|[0-9a-z]{15}")
_log = structlog.get_logger("search.popular")


@dataclass(frozen=True)
class Asked:
    """A text, how often it was asked, and how often it found nothing."""

    text: str
    asked: int
    empty: int


def note(text: str, found: int) -> None:
    """Remember that ``text`` was searched for and how many it ``found``. A page never fails or waits for it."""
    plain = " ".join(fold(clean(text, _LENGTH)).split())[:_LENGTH]
    if not plain or _PERSONAL.search(plain.replace(" ", "")):
        return
    line = json.dumps([clock.today().isoformat(), plain, found == 0], ensure_ascii=False)
    try:
        with _file().open("a", encoding="utf-8") as handle:
            handle.write(line + "\n")
    except OSError as error:
        _log.warning("search_not_counted", error=repr(error))


def gather() -> int:
    """Move the lines into days; returns how many. A crash in between loses lines and never counts one twice."""
    taken = _file().with_suffix(f".{os.getpid()}")
    try:
        _file().rename(taken)
    except FileNotFoundError:
        return 0
    lines = taken.read_text("utf-8", errors="replace").splitlines()
    taken.unlink()
    counts: Counter[tuple[str, str]] = Counter()
    empty: Counter[tuple[str, str]] = Counter()
    for line in lines:
        try:
            day, text, nothing = json.loads(line)
            date.fromisoformat(day)
        except (ValueError, TypeError):
            _log.warning("search_line_unreadable", line=line[:80])
            continue
        counts[day, text] += 1
        empty[day, text] += bool(nothing)
    with transaction.atomic():
        for (day, text), asked in sorted(counts.items()):
            row, _ = SearchedText.objects.get_or_create(day=day, text=text)
            SearchedText.objects.filter(pk=row.pk).update(asked=F("asked") + asked, empty=F("empty") + empty[day, text])
    return sum(counts.values())


def most_asked(days: int = 30, limit: int = 50) -> list[Asked]:
    """The most frequent texts of the last ``days``; what was asked fewer than SMALLEST_SHOWN times is never named."""
    return _totals(days, "asked")[:limit]


def found_nothing(days: int = 30, limit: int = 50) -> list[Asked]:
    """The texts that most often found nothing, under the same floor."""
    return _totals(days, "empty")[:limit]


def _totals(days: int, by: str) -> list[Asked]:
    recent = SearchedText.objects.filter(day__gt=clock.today() - timedelta(days=days)).order_by()
    totals = recent.values("text").annotate(times=Sum("asked"), nothing=Sum("empty"))
    rows = [Asked(row["text"], row["times"], row["nothing"]) for row in totals]
    kept = [row for row in rows if getattr(row, by) >= SMALLEST_SHOWN]
    return sorted(kept, key=lambda row: (-getattr(row, by), row.text))


def _file() -> Path:
    return Path(settings.DATA_DIR) / "searches.jsonl"
