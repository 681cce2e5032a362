"""Maker and checker: from draft to shelf, one listed version, one posting, nothing published ever changed."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from accounts.models import Role
from accounts.services import system_actor, user_create
from common import clock
from common.errors import Conflict, Invalid, NotAllowed
from common.models import AuditEvent, OutboxMessage, TransitionLog
from journal.models import Posting
from products.content import COLUMNS, VersionContent, content_of
from products.models import ProductVersion
from products.rules.language import parse
from products.services import (
    approve,
    confirm,
    delist,
    draft_create,
    draft_edit,
    institution_register,
    relist,
    revision_create,
    send_back,
    submit_for_review,
    suspend,
)

CONTENT = VersionContent(name="科创通", amount_max=3_000_000)
EXTRA = [
    {
        "code": "patents",
        "label": "发明专利",
        "hard": False,
        "weight": 10,
        "test": {"op": "ge", "field": "invention_patents", "value": 1},
    }
]


def states(version):
    return dict(ProductVersion.objects.filter(product=version.product).values_list("number", "state"))


def publish(version, maker, checker):
    return approve(actor=checker, version=submit_for_review(actor=maker, version=version))


def test_a_draft_becomes_listed_through_two_people(draft, maker, checker):
    assert (draft.state, draft.number, draft.made_by, draft.published_at) == ("draft", 1, maker, None)
    submit_for_review(actor=maker, version=draft)
    assert draft.state == "in_review"
    approve(actor=checker, version=draft)
    draft.refresh_from_db()
    assert (draft.state, draft.approved_by, draft.confirmed_on) == ("listed", checker, clock.today())
    assert draft.published_at is not None
    log = TransitionLog.objects.filter(object_type="products.ProductVersion", object_id=draft.pk)
    assert [(row.to_state, row.actor) for row in log] == [("in_review", maker), ("listed", checker)]
    actions = set(AuditEvent.objects.filter(object_type="products.ProductVersion").values_list("action", flat=True))
    assert actions == {"product_draft", "product_submit", "product_list"}
    assert OutboxMessage.objects.filter(topic="search.products", key="T-01").count() == 1


def test_nobody_approves_their_own_words(draft, staff, bank, checker):
    both = staff("both", bank, Role.BANK_MAKER, Role.BANK_CHECKER)
    draft_edit(actor=both, version=draft, content=CONTENT)
    submit_for_review(actor=both, version=draft)
    with pytest.raises(NotAllowed, match="经办人本人"):
        approve(actor=both, version=draft)
    assert states(draft) == {1: "in_review"}
    approve(actor=checker, version=draft)


def test_the_database_refuses_a_checker_who_is_the_maker(draft, maker):
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductVersion.objects.filter(pk=draft.pk).update(approved_by=F("made_by"))


def test_only_a_checker_of_the_same_institution_approves(draft, actor, staff, maker, firm):
    submit_for_review(actor=maker, version=draft)
    other = institution_register(actor=actor, name="另一家银行", kind="银行")
    outsiders = [
        staff("other", other, Role.BANK_CHECKER),
        staff("maker2", draft.product.institution, Role.BANK_MAKER),
        staff("office", None, Role.OFFICE, Role.OFFICE_SIGNER),
        staff("firmuser", firm, Role.FIRM),
        actor,
    ]
    for outsider in outsiders:
        with pytest.raises(NotAllowed):
            approve(actor=outsider, version=draft)
    assert states(draft) == {1: "in_review"}


def test_a_draft_sent_back_needs_a_reason_and_can_be_corrected(draft, maker, checker):
    submit_for_review(actor=maker, version=draft)
    with pytest.raises(Conflict, match="原因"):
        send_back(actor=checker, version=draft, reason=" ")
    with pytest.raises(Conflict, match="草稿"):
        draft_edit(actor=maker, version=draft, content=CONTENT)
    send_back(actor=checker, version=draft, reason="额度写错")
    edited = draft_edit(actor=maker, version=draft, content=VersionContent(name="科创通", amount_max=5_000_000))
    assert (edited.state, edited.amount_max, edited.required_tags) == ("draft", 5_000_000, [])
    assert [rule["code"] for rule in edited.rules] == ["category", "amount"]


def test_a_draft_cannot_skip_review_nor_a_suspended_one_be_approved(draft, listed, checker, maker):
    other = draft_create(actor=maker, institution=draft.product.institution, category="贷", content=CONTENT)
    with pytest.raises(Conflict, match="草稿"):
        approve(actor=checker, version=other)
    suspend(actor=maker, version=listed, reason="利率调整")
    with pytest.raises(Conflict, match="已暂停"):
        approve(actor=checker, version=listed)


def test_a_new_version_replaces_the_listed_one(listed, maker, checker):
    second = revision_create(actor=maker, product=listed.product)
    assert content_of(second) == content_of(listed)
    assert second.content_hash == listed.content_hash
    assert states(listed) == {1: "listed", 2: "draft"}
    draft_edit(actor=maker, version=second, content=VersionContent(name="科创通二代"))
    publish(second, maker, checker)
    assert states(listed) == {1: "delisted", 2: "listed"}
    log = TransitionLog.objects.get(object_id=listed.pk, to_state="delisted")
    assert (log.actor, log.reason) == (checker, "由第 2 版替代")


def test_a_product_has_one_open_draft(listed, maker):
    revision_create(actor=maker, product=listed.product)
    with pytest.raises(Conflict, match="已有一份"):
        revision_create(actor=maker, product=listed.product)


def test_relisting_keeps_one_listed_version(listed, maker, checker):
    suspend(actor=maker, version=listed, reason="额度用完")
    with pytest.raises(NotAllowed):
        relist(actor=maker, version=listed)
    relist(actor=checker, version=listed)
    assert states(listed) == {1: "listed"}
    suspend(actor=checker, version=listed, reason="额度用完")
    second = publish(revision_create(actor=maker, product=listed.product), maker, checker)
    assert states(listed) == {1: "delisted", 2: "listed"}
    with pytest.raises(Conflict, match="已下架"):
        relist(actor=checker, version=listed)
    delist(actor=checker, version=second, reason="停办")
    assert states(listed) == {1: "delisted", 2: "delisted"}
    assert OutboxMessage.objects.filter(topic="search.products", key="T-01").count() == 6


def test_the_database_allows_one_listed_version(listed, maker):
    second = revision_create(actor=maker, product=listed.product)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductVersion.objects.filter(pk=second.pk).update(state="listed", published_at=clock.now())


def test_the_first_listing_is_posted_once(draft, maker, checker):
    with clock.at(clock.today().replace(month=5, day=4)):
        publish(draft, maker, checker)
    suspend(actor=maker, version=draft, reason="额度用完")
    relist(actor=checker, version=draft)
    publish(revision_create(actor=maker, product=draft.product), maker, checker)
    posting = Posting.objects.get()
    assert (posting.kind, posting.source_key, posting.quantity) == ("product_listed", "T-01", 1)
    assert (posting.organisation, posting.posted_by) == (draft.product.institution, checker)
    assert posting.occurred_on == clock.today().replace(month=5, day=4)
    assert posting.fields == {"category": "贷", "name": "科创通", "theme": ""}


@pytest.mark.parametrize(
    ("category", "content", "extra", "theme"),
    [
        ("贷", VersionContent(name="人才通", required_tags=("天骄英才",)), [], "人才贷"),
        ("保", VersionContent(name="人才通", required_tags=("小巨人", "高层次人才")), [], "人才保"),
        (
            "险",
            VersionContent(name="人才通"),
            [
                {
                    "code": "titles",
                    "label": "人才称号",
                    "test": {
                        "op": "any",
                        "items": [
                            {"op": "is_true", "field": "on_whitelist"},
                            {"op": "not", "item": {"op": "all_of", "field": "leader_titles", "values": ["天骄英才"]}},
                        ],
                    },
                }
            ],
            "人才险",
        ),
        ("投", VersionContent(name="科创通", required_tags=("小巨人",)), EXTRA, ""),
    ],
)
def test_the_posting_names_the_project_of_a_product_for_talents(bank, maker, checker, category, content, extra, theme):
    version = draft_create(actor=maker, institution=bank, category=category, content=content, extra_rules=extra)
    publish(version, maker, checker)
    assert Posting.objects.get().fields["theme"] == theme


@pytest.mark.parametrize("column", [*COLUMNS, "number", "rules", "content_hash", "made_by_id", "published_at"])
def test_the_database_refuses_to_change_what_was_published(listed, actor, column):
    changed = {"made_by_id": actor.pk, "published_at": None, "content_hash": "0" * 64, "rules": [], "name": "改"}
    stored = getattr(listed, column)
    value = changed.get(column, ["改"] if isinstance(stored, list) else "改" if isinstance(stored, str) else 7)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductVersion.objects.filter(pk=listed.pk).update(**{column: value})
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductVersion.objects.filter(pk=listed.pk).delete()


def test_a_published_version_cannot_be_edited_through_the_service_either(listed, maker):
    with pytest.raises(Conflict, match="新版本"):
        draft_edit(actor=maker, version=listed, content=CONTENT)


def test_confirmation_moves_only_its_date(listed, maker, actor, draft):
    with clock.at(clock.today().replace(year=clock.today().year + 1)):
        confirm(actor=maker, version=listed)
        listed.refresh_from_db()
        assert listed.confirmed_on == clock.today()
    with pytest.raises(NotAllowed):
        confirm(actor=actor, version=listed)
    suspend(actor=maker, version=listed, reason="额度用完")
    with pytest.raises(NotAllowed):
        confirm(actor=maker, version=listed)


def test_extra_rules_stand_beside_those_of_the_columns_and_survive_a_revision(bank, maker, checker):
    version = draft_create(actor=maker, institution=bank, category="贷", content=CONTENT, extra_rules=EXTRA)
    assert [rule.code for rule in parse(version.rules)] == ["category", "amount", "patents"]
    edited = draft_edit(actor=maker, version=version, content=VersionContent(name="科创通", term_max_months=12))
    assert [rule["code"] for rule in edited.rules] == ["category", "term", "patents"]
    publish(edited, maker, checker)
    second = revision_create(actor=maker, product=version.product, extra_rules=[])
    assert [rule["code"] for rule in second.rules] == ["category", "term"]
    assert second.content_hash != edited.content_hash


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ([{**EXTRA[0], "test": {"op": "ge", "field": "luck", "value": 1}}], "第 1 条附加条件：没有字段“luck”"),
        ([EXTRA[0], {**EXTRA[0], "code": "other", "test": {"op": "sql", "field": "x"}}], "第 2 条附加条件"),
        ([{**EXTRA[0], "colour": "red"}], "写法不符合规则语言"),
        ([EXTRA[0], EXTRA[0]], "编号重复：patents"),
        ([{**EXTRA[0], "code": "category"}], "编号重复：category"),
        ("drop table", "列表"),
    ],
)
def test_extra_rules_outside_the_language_are_refused(bank, maker, extra, message):
    with pytest.raises(Invalid, match=message) as refused:
        draft_create(actor=maker, institution=bank, category="贷", content=CONTENT, extra_rules=extra)
    assert refused.value.field == "rules"
    assert not ProductVersion.objects.exists()


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (VersionContent(name=" "), "name"),
        (VersionContent(name="长" * 121), "name"),
        (VersionContent(name="x", amount_min=-1), "amount_min"),
        (VersionContent(name="x", amount_max=0), "amount_max"),
        (VersionContent(name="x", amount_min=2, amount_max=1), "amount_min"),
        (VersionContent(name="x", term_min_months=2, term_max_months=1), "term_min_months"),
        (VersionContent(name="x", rate_min_bp=2, rate_max_bp=1), "rate_min_bp"),
        (VersionContent(name="x", rate_max_bp=10_001), "rate_max_bp"),
        (VersionContent(name="x", guarantee_methods=("口头",)), "guarantee_methods"),
        (VersionContent(name="x", tax_grades=("E",)), "tax_grades"),
        (VersionContent(name="x", source_url="javascript:1"), "source_url"),
        (VersionContent(name="x", source_as_of="2025-02-30"), "source_as_of"),
    ],
)
def test_content_that_breaks_a_rule_names_its_field(bank, maker, content, field):
    with pytest.raises(Invalid) as refused:
        draft_create(actor=maker, institution=bank, category="贷", content=content)
    assert refused.value.field == field


def test_products_are_made_by_makers_of_local_institutions_only(bank, maker, checker, actor, staff):
    foreign = institution_register(actor=actor, name="外地银行", kind="银行", local=False)
    for user, institution in [(checker, bank), (maker, foreign), (staff("m2", foreign, Role.BANK_MAKER), foreign)]:
        with pytest.raises(NotAllowed):
            draft_create(actor=user, institution=institution, category="贷", content=CONTENT)
    with pytest.raises(Invalid, match="类别"):
        draft_create(actor=maker, institution=bank, category="存", content=CONTENT)


def test_codes_are_numbered_by_institution_and_never_shared(bank, maker, draft):
    first = draft_create(actor=maker, institution=bank, category="贷", content=CONTENT)
    assert first.product.code == f"L{bank.pk}-02"
    with pytest.raises(Conflict, match="T-01"):
        draft_create(actor=maker, institution=bank, category="贷", content=CONTENT, code="T-01")


def test_an_institution_is_registered_once_and_keeps_its_kind(actor, bank):
    assert institution_register(actor=actor, name=bank.name, kind="银行", local=False) == bank
    bank.refresh_from_db()
    assert bank.institution.local
    with pytest.raises(Conflict, match="银行"):
        institution_register(actor=actor, name=bank.name, kind="担保")
    with pytest.raises(Invalid, match="其他"):
        institution_register(actor=actor, name="新机构", kind="券商")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_one_of_six_racing_approvals_lists_and_posts_once():
    root = system_actor("测试")
    bank = institution_register(actor=root, name="测试银行鄂尔多斯分行", kind="银行")

    def person(name, role):
        return user_create(
            actor=root, username=name, password="correct horse", display_name=name, party=bank, roles=[role]
        )

    maker = person("maker", Role.BANK_MAKER)
    checkers = [person(f"checker{number}", Role.BANK_CHECKER) for number in range(6)]
    draft = draft_create(actor=maker, institution=bank, category="贷", content=CONTENT)
    submit_for_review(actor=maker, version=draft)
    barrier, results = threading.Barrier(6), []

    def attempt(checker):
        try:
            own = ProductVersion.objects.select_related("product").get(pk=draft.pk)
            barrier.wait()
            approve(actor=checker, version=own)
            results.append("won")
        except Conflict:
            results.append("lost")
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=[checker]) for checker in checkers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["lost"] * 5 + ["won"]
    assert states(draft) == {1: "listed"}
    assert Posting.objects.count() == 1
