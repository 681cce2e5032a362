"""What people search for, without saying who; and searches that tell their owner what is new."""

from pathlib import Path

import pytest

from accounts.models import Notification, Role, User
from accounts.services import system_actor, user_create
from accounts.small_counts import SMALLEST_SHOWN
from common.errors import Conflict, Invalid
from search import popular, saved, services
from search.models import SavedSearch, SearchedText
from tests.search import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(db: None) -> User:
    return user_create(
        actor=system_actor("导入"), username="firm", password="x", display_name="经办", party=None, roles=[Role.FIRM]
    )


def ask(text: str, times: int, found: int = 0) -> None:
    for _ in range(times):
        popular.note(text, found)


def test_texts_are_counted_by_day_and_the_rare_are_never_named(db):
    ask("牛贷", SMALLEST_SHOWN)
    ask("人才貸", SMALLEST_SHOWN + 1, found=3)
    ask("羊贷", SMALLEST_SHOWN - 1)
    assert popular.gather() == 3 * SMALLEST_SHOWN
    assert [(item.text, item.asked) for item in popular.most_asked()] == [
        ("人才贷", SMALLEST_SHOWN + 1),
        ("牛贷", SMALLEST_SHOWN),
    ]
    assert [item.text for item in popular.found_nothing()] == ["牛贷"]
    assert popular.gather() == 0


def test_days_add_up_over_several_gatherings(db):
    ask("牛贷", 2)
    popular.gather()
    ask("牛贷", 3)
    popular.gather()
    assert SearchedText.objects.get().asked == 5


@pytest.mark.parametrize(
    "text",
    ["13912345678", "138 1234 5678", "wang@example.com", "15270119900101001X", "", "  ", "张三 6222021234567890"],
)
def test_what_may_be_personal_is_never_kept(db, settings, text):
    popular.note(text, 0)
    assert not (Path(settings.DATA_DIR) / "searches.jsonl").exists()


def test_a_spoilt_line_is_left_out(db, settings):
    ask("牛贷", 1)
    with (Path(settings.DATA_DIR) / "searches.jsonl").open("a") as handle:
        handle.write('not json\n["2026-99-99", "x", true]\n[1]\n')
    assert popular.gather() == 1


def test_a_disk_that_refuses_does_not_stop_a_search(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "missing"
    popular.note("牛贷", 0)


def test_the_owner_is_told_once_about_what_is_new(store, firm):
    shelf.put("A", name="科创贷")
    services.rebuild("shelf")
    kept = saved.saved_search_add(actor=firm, document="shelf", text="科创贷", ticks=(), path="/products/?q=x")
    assert kept.known == ["A"]
    assert saved.tell_new_hits() == 0
    shelf.put("B", name="科创贷二号")
    shelf.put("C", name="养殖险")
    services.rebuild("shelf")
    assert saved.tell_new_hits() == 1
    assert saved.tell_new_hits() == 0
    note = Notification.objects.get(user=firm)
    assert (note.path, "1 项新结果" in note.title) == ("/products/?q=x", True)
    assert SavedSearch.objects.get().known == ["A", "B"]


def test_ticks_narrow_what_is_watched(store, firm):
    shelf.put("A", name="科创贷", kinds=["贷"])
    services.rebuild("shelf")
    kept = saved.saved_search_add(actor=firm, document="shelf", text="", ticks=(("kinds", "险"),), path="/products/")
    assert kept.known == []
    shelf.put("B", name="养殖险", kinds=["险"])
    services.rebuild("shelf")
    assert saved.tell_new_hits() == 1


def test_nothing_twice_and_too_much_are_refused(store, firm):
    services.rebuild("shelf")
    with pytest.raises(Invalid):
        saved.saved_search_add(actor=firm, document="shelf", text="", ticks=(), path="/products/")
    with pytest.raises(Invalid):
        saved.saved_search_add(actor=firm, document="shelf", text="贷", ticks=(), path="//evil")
    saved.saved_search_add(actor=firm, document="shelf", text="贷", ticks=(), path="/products/?q=1")
    with pytest.raises(Conflict):
        saved.saved_search_add(actor=firm, document="shelf", text="贷", ticks=(), path="/products/?q=1")
