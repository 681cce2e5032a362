"""What selectors and policies let each viewer read, and how a version is shown."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Role
from common import clock
from common.errors import Missing
from products import policies, presentation, selectors
from products.content import VersionContent
from products.models import Product, ProductVersion
from products.services import draft_create, institution_register, revision_create, submit_for_review, suspend

ANYONE = AnonymousUser()


def version(category="贷", origin="catalogue", **columns):
    return ProductVersion(product=Product(code="T", category=category, origin=origin), name="测试", **columns)


def test_the_public_sees_listed_versions_and_an_institution_all_its_own(listed, maker, checker, staff, actor, firm):
    draft = revision_create(actor=maker, product=listed.product)
    other = institution_register(actor=actor, name="另一家银行", kind="银行")
    strangers = [ANYONE, staff("other", other, Role.BANK_MAKER), staff("f", firm, Role.FIRM), staff("n", None)]
    for viewer in strangers:
        assert set(policies.visible_to(viewer)) == {listed}
        assert policies.can(viewer, "view", listed)
        assert not policies.can(viewer, "view", draft)
    for viewer in (maker, checker, staff("reader", listed.product.institution)):
        assert set(policies.visible_to(viewer)) == {listed, draft}


def test_what_each_may_do_follows_state_role_and_institution(draft, maker, checker, staff, actor):
    def allowed(user):
        actions = ["edit", "confirm", *policies.MOVES]
        return {action for action in actions if policies.can(user, action, draft)}

    other = institution_register(actor=actor, name="另一家银行", kind="银行")
    stranger = staff("other", other, Role.BANK_MAKER, Role.BANK_CHECKER)
    assert (allowed(maker), allowed(checker)) == ({"edit", "submit"}, set())
    submit_for_review(actor=maker, version=draft)
    assert (allowed(maker), allowed(checker)) == (set(), {"approve", "send_back"})
    ProductVersion.objects.filter(pk=draft.pk).update(state="listed", published_at=clock.now())
    draft.refresh_from_db()
    assert allowed(maker) == {"suspend", "confirm"}
    assert allowed(checker) == {"suspend", "delist", "confirm"}
    assert allowed(stranger) == set()
    assert not policies.can(ANYONE, "edit", draft)
    assert policies.can(maker, "create", draft.product.institution)
    assert not policies.can(maker, "create", other)
    assert not policies.can(checker, "revise", draft.product)


def test_a_page_shows_the_listed_version_and_drafts_to_the_institution_alone(draft, maker):
    assert selectors.version_for_page("T-01", maker) == draft
    with pytest.raises(Missing, match="没有这个产品"):
        selectors.version_for_page("T-01", ANYONE)


def test_a_page_of_a_product_off_the_shelf_says_so(listed, maker):
    newer = revision_create(actor=maker, product=listed.product)
    assert selectors.version_for_page("T-01", maker) == listed
    suspend(actor=maker, version=listed, reason="额度用完")
    with pytest.raises(Missing, match="已下架或暂停"):
        selectors.version_for_page("T-01", ANYONE)
    assert selectors.version_for_page("T-01", maker) == newer
    assert list(selectors.versions_of(listed.product, maker)) == [newer, listed]
    assert list(selectors.shelf_of(listed.product.institution_id)) == [newer, listed]


def test_the_shelf_is_read_in_one_query_with_its_institutions(catalogue, load, django_assert_num_queries):
    load(catalogue.write())
    with django_assert_num_queries(1):
        shelf = list(selectors.listed_versions())
        names = [presentation.institution_name(item) for item in shelf]
        kinds = [presentation.institution_kind(item) for item in shelf]
    assert [item.product.code for item in shelf] == sorted(row["id"] for row in catalogue.rows)
    assert names[[item.product.code for item in shelf].index("X016")] == "来源未说明"
    assert kinds.count("") == 1
    with django_assert_num_queries(2):
        counts = selectors.shelf_counts()
    assert counts.total == 172
    assert counts.by_category == {"贷": 103, "保": 19, "险": 30, "投": 20, "租": 0}
    assert counts.by_origin == {"catalogue": 172, "local": 0}
    assert counts.institutions == len({row["institution"] for row in catalogue.rows} - {""})


def test_versions_come_in_the_order_their_codes_were_asked(catalogue, load):
    catalogue.rows = catalogue.rows[:4]
    load(catalogue.write())
    assert list(selectors.listed_by_codes(["D003", "none", "D001", "D003"])) == ["D003", "D001"]


def test_the_programme_hash_changes_with_the_shelf_and_only_then(listed, maker, draft):
    before = selectors.programme_hash()
    revision_create(actor=maker, product=listed.product)
    assert selectors.programme_hash() == before
    suspend(actor=maker, version=listed, reason="额度用完")
    assert selectors.programme_hash() != before


def test_rules_are_parsed_from_what_was_stored(listed):
    found = selectors.rules_for(ProductVersion.objects.get(pk=listed.pk))
    assert [rule.code for rule in found] == ["category", "amount", "tags"]
    assert selectors.rules_for(listed) is found


@pytest.mark.parametrize(
    ("confirmed", "on", "late"),
    [
        (date(2026, 10, 1), date(2026, 12, 31), False),
        (date(2026, 7, 1), date(2026, 12, 31), False),
        (date(2026, 6, 30), date(2026, 10, 1), True),
        (date(2026, 6, 30), date(2026, 9, 30), False),
        (date(2025, 10, 1), date(2026, 3, 31), False),
        (date(2025, 9, 30), date(2026, 1, 1), True),
        (None, date(2026, 1, 1), True),
    ],
)
def test_a_local_product_is_unconfirmed_after_the_next_quarter_has_passed(confirmed, on, late):
    assert selectors.unconfirmed(version(origin="local", confirmed_on=confirmed), on) is late
    assert not selectors.unconfirmed(version(confirmed_on=confirmed), on)


@pytest.mark.parametrize(
    ("category", "columns", "texts"),
    [
        ("贷", {"amount_max": 10_000_000, "rate_min_bp": 395, "term_max_months": 36}, "≤1,000 万元|3.95% 起|≤36 个月"),
        ("贷", {"amount_min": 800_000, "rate_max_bp": 435, "term_min_months": 12}, "≥80 万元|≤4.35%|≥12 个月"),
        (
            "保",
            {
                "amount_min": 800_000,
                "amount_max": 5_000_000,
                "rate_min_bp": 50,
                "rate_max_bp": 80,
                "term_min_months": 12,
                "term_max_months": 36,
            },
            "80～500 万元|0.5%～0.8%|12～36 个月",
        ),
        ("保", {"rate_min_bp": 0, "rate_max_bp": 0}, "来源未说明|免收|来源未说明"),
        ("贷", {"rate_min_bp": 1_000, "rate_max_bp": 1_000}, "来源未说明|10%|来源未说明"),
    ],
)
def test_the_price_label_says_bounds_as_people_read_them(category, columns, texts):
    label = presentation.price_label(version(category, **columns))
    assert "|".join(figure.text for figure in label.figures) == texts


@pytest.mark.parametrize(("category", "name"), [("贷", "年化利率"), ("保", "担保费率"), ("险", "保费率")])
def test_a_rate_goes_by_the_name_of_its_category(category, name):
    assert presentation.price_label(version(category)).rate.label == name


def test_two_silent_figures_become_one_sentence():
    silent = presentation.price_label(version(amount_max=5_000_000))
    assert silent.sentence == "额度 ≤500 万元；年化利率、期限来源未说明"
    assert not silent.rate.stated
    assert presentation.price_label(version()).sentence == "额度、年化利率、期限来源未说明"
    assert presentation.price_label(version(amount_max=5_000_000, rate_max_bp=400)).sentence == ""
    assert presentation.price_label(version(origin="local")).guarantee.text == "未载明"


def test_conditions_in_words_are_left_to_the_institution(bank, maker):
    content = VersionContent(
        name="x", target="初创企业", purposes=("研发", "扩产"), other_conditions="须有专利", features="快"
    )
    stored = draft_create(actor=maker, institution=bank, category="贷", content=content)
    assert presentation.text_conditions(stored) == [
        ("适用对象", "初创企业"),
        ("资金用途", "研发、扩产"),
        ("其他条件", "须有专利"),
    ]
    assert [rule["code"] for rule in stored.rules] == ["category"]
