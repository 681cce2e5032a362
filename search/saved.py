"""Saved searches: their owner is told once about what a search newly finds."""

import hashlib

import structlog
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.services import notify
from common.errors import Conflict, DomainError, Invalid
from search.clauses import In
from search.models import SavedSearch
from search.query import MAX_TEXT, SearchQuery
from search.services import search

MAX_SAVED = 20
_WATCHED = 50
_log = structlog.get_logger("search.saved")


def saved_searches_of(user: User) -> QuerySet[SavedSearch]:
    """``user``'s own, newest first; nobody reads another's."""
    return SavedSearch.objects.filter(user=user)


@transaction.atomic
def saved_search_add(
    *, actor: User, document: str, text: str, ticks: tuple[tuple[str, str], ...], path: str
) -> SavedSearch:
    """Save what ``actor`` searches for now; what it finds today counts as known. ``path`` is its page of this site."""
    if not text and not ticks:
        raise Invalid("请先写要找什么，或选一个条件，再保存。")
    if not path.startswith("/") or path.startswith("//") or len(path) > 200:
        raise Invalid("条件太多，存不下，请减少几个再保存。")
    if SavedSearch.objects.filter(user=actor).count() >= MAX_SAVED:
        raise Conflict(f"最多保存 {MAX_SAVED} 个检索，请先删掉不用的。")
    saved = SavedSearch(
        user=actor, document=document, text=text[:MAX_TEXT], ticks=[list(tick) for tick in ticks], path=path
    )
    saved.known = _found(saved)
    try:
        with transaction.atomic():
            saved.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("这个检索已经保存过了。") from error
    return saved


@transaction.atomic
def saved_search_remove(*, actor: User, saved: SavedSearch) -> None:
    """Stop watching."""
    if saved.user_id != actor.pk:
        raise Invalid("只能删除自己保存的检索。")
    saved.delete()


@transaction.atomic
def saved_searches_forget(user: User) -> None:
    """What a person who is erased kept an eye on."""
    SavedSearch.objects.filter(user=user).delete()


def tell_new_hits() -> int:
    """Tell each owner once what is new; returns how many were told. Safe to repeat: the message names what it tells."""
    told = 0
    for pk in SavedSearch.objects.order_by("pk").values_list("pk", flat=True):
        try:
            told += _tell(pk)
        except DomainError as error:
            _log.warning("saved_search_skipped", saved=pk, reason=error.message)
    return told


@transaction.atomic
def _tell(pk: int) -> int:
    saved = SavedSearch.objects.select_for_update(of=("self",)).select_related("user").filter(pk=pk).first()
    if saved is None:
        return 0
    found = _found(saved)
    fresh = [key for key in found if key not in saved.known]
    if not fresh:
        return 0
    cause = hashlib.sha256(",".join(fresh).encode()).hexdigest()[:16]
    told = notify(
        users=[saved.user],
        key=f"saved-search-{saved.pk}-{cause}",
        title=f"您保存的检索有 {len(fresh)} 项新结果",
        body=f"“{saved.text or '所选条件'}”新找到 {len(fresh)} 项，请到结果页查看。",
        path=saved.path,
    )
    saved.known = [*saved.known, *fresh]
    saved.save(update_fields=["known"])
    return told


def _found(saved: SavedSearch) -> list[str]:
    fields = dict.fromkeys(field for field, _ in saved.ticks)
    filters = tuple(In(name, tuple(value for field, value in saved.ticks if field == name)) for name in fields)
    result = search(SearchQuery(text=saved.text, filters=filters, size=_WATCHED), saved.document)
    # What only resembles the words is no news: as many as hold all of them.
    return [hit.key for hit in result.hits[: max(result.exact, 1 if result.total else 0)]]
