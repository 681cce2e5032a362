"""Words the office adds: who may, what is refused, and that they reach both index and queries."""

import pytest

from accounts.models import Role, User
from accounts.services import system_actor, user_create
from common import outbox
from common.errors import Conflict, Invalid, NotAllowed
from common.models import AuditEvent
from search import services
from search.analysis import lexicon
from search.query import SearchQuery
from search.synonyms import synonym_add, synonym_remove
from tests.search import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def words_of_one_test():
    yield
    lexicon.use(())


@pytest.fixture
def office(db: None) -> User:
    return user_create(
        actor=system_actor("导入"),
        username="office",
        password="x",
        display_name="经办",
        party=None,
        roles=[Role.OFFICE],
    )


def keys(text: str) -> list[str]:
    return [hit.key for hit in services.search(SearchQuery(text=text), "shelf").hits]


def test_an_added_word_finds_and_a_removed_one_no_longer(store, office):
    shelf.put("A", name="牧户养殖贷", notes="")
    shelf.put("B", name="科创贷", notes="")
    services.rebuild("shelf")
    assert keys("放羊") == []
    added = synonym_add(actor=office, left="放羊", right="养殖", both=False)
    outbox.relay()
    assert keys("放羊") == ["A"]
    synonym_remove(actor=office, synonym=added)
    outbox.relay()
    assert keys("放羊") == []
    assert [event.action for event in AuditEvent.objects.filter(action__startswith="search.")] == [
        "search.synonym_added",
        "search.synonym_removed",
    ]


def test_words_of_the_same_meaning_work_both_ways(store, office):
    shelf.put("A", name="牧户贷", notes="养殖户可用")
    shelf.put("B", name="草原贷", notes="放羊人可用")
    synonym_add(actor=office, left="放羊", right="养殖", both=True)
    services.rebuild("shelf")
    assert set(keys("放羊")) == set(keys("养殖")) == {"A", "B"}


@pytest.mark.parametrize(
    ("left", "right", "both", "error", "field"),
    [
        ("", "养殖", False, Invalid, "left"),
        ("放羊", "a", False, Invalid, "right"),
        ("放羊", "放羊", False, Invalid, "right"),
        ("放" * 21, "养殖", False, Invalid, "left"),
        ("抵押", "质押", True, Invalid, "right"),
        ("高企", "高新技术企业", True, Conflict, None),
    ],
)
def test_what_cannot_be_a_synonym_is_refused_with_words(store, office, left, right, both, error, field):
    with pytest.raises(error) as refused:
        synonym_add(actor=office, left=left, right=right, both=both)
    assert getattr(refused.value, "field", None) == field


def test_the_same_line_twice_is_a_conflict(store, office):
    synonym_add(actor=office, left="放羊", right="养殖", both=False)
    with pytest.raises(Conflict):
        synonym_add(actor=office, left="放羊", right="养殖", both=True)


def test_nobody_else_teaches_search(store):
    firm = user_create(
        actor=system_actor("导入"), username="firm", password="x", display_name="经办", party=None, roles=[Role.FIRM]
    )
    with pytest.raises(NotAllowed):
        synonym_add(actor=firm, left="放羊", right="养殖", both=False)
