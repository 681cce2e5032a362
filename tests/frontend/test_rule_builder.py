"""The rule builder: every button without script, sentences, contradictions, the try-out and what is saved."""

from datetime import timedelta

import pytest
from django.utils.timezone import localtime

from accounts.models import Role
from accounts.services import user_create
from common import clock
from frontend import rule_form
from matching import snapshots
from matching.models import WhitelistSnapshot
from products.content import VersionContent
from products.rules.language import dump, parse
from products.services import approve, draft_create, institution_register, revision_create, submit_for_review
from tests.frontend.conftest import text_of

EXTRA = [
    {"code": "own-1", "label": "研发", "test": {"op": "ge", "field": "rd_ratio", "value": 350}},
    {
        "code": "own-2",
        "label": "专利或白名单",
        "test": {
            "op": "any",
            "items": [
                {"op": "between", "field": "invention_patents", "low": 1, "high": 9},
                {"op": "is_true", "field": "on_whitelist"},
                {"op": "not", "item": {"op": "in", "field": "industry", "values": ["煤化工"]}},
                {"op": "any_of", "field": "places", "values": ["东胜区"]},
            ],
        },
    },
    {
        "code": "deep",
        "label": "复杂条件",
        "test": {"op": "not", "item": {"op": "all", "items": [{"op": "ge", "field": "revenue", "value": 1}]}},
    },
]


@pytest.fixture(autouse=True)
def fresh_snapshot():
    snapshots.forget()
    yield
    snapshots.forget()


@pytest.fixture
def bank(actor):
    return institution_register(actor=actor, name="测试银行", kind="银行", local=True)


@pytest.fixture
def maker(actor, bank):
    return user_create(
        actor=actor, username="m", password="correct horse", display_name="钱", party=bank, roles=[Role.BANK_MAKER]
    )


@pytest.fixture
def draft(maker, bank):
    return draft_create(
        actor=maker,
        institution=bank,
        category="贷",
        content=VersionContent(name="科创通", min_revenue=5_000_000),
        code="T-1",
    )


@pytest.fixture
def desk(client, maker):
    client.force_login(maker)
    return client


def fields(*conditions):
    """Form data: a condition is a mode and rows of three."""
    data = {}
    for number, (mode, *rows) in enumerate(conditions):
        data[f"c{number}-mode"] = mode
        for place, row in enumerate(rows):
            data |= {
                f"c{number}-{place}-{name}": value for name, value in zip(("field", "op", "value"), row, strict=True)
            }
    return data


PAGE = "/desk/products/T-1/rules/"
GOOD = fields(
    ("all", ("rd_ratio", "ge", "3.5")),
    ("any", ("tax_grade", "any_of", "A；B"), ("tags", "all_of", "高企、专精特新"), ("has_prior_loan", "is_false", "")),
)


def test_rules_become_rows_and_the_same_rules_again():
    rules = parse(EXTRA)
    shown, kept = rule_form.of_rules(rules)
    assert [rule.code for rule in kept] == ["deep"]
    built = rule_form.build(shown, {"deep"})
    assert not built.problems
    assert [(rule.code, rule.test) for rule in built.rules] == [(rule.code, rule.test) for rule in rules[:2]]


def test_saving_writes_the_language_and_keeps_what_the_form_cannot_show(desk, draft, maker):
    draft.rules = [*draft.rules, *dump(parse(EXTRA[2:]))]
    draft.save(update_fields=["rules"])
    response = desk.post(PAGE, GOOD | {"do": "save"})
    assert (response.status_code, response["Location"]) == (302, "/desk/products/T-1/")
    draft.refresh_from_db()
    tests = {rule["code"]: rule["test"] for rule in draft.rules}
    assert list(tests) == ["category", "min_revenue", "deep", "own-1", "own-2"]
    assert tests["own-1"] == {"op": "ge", "field": "rd_ratio", "value": 350}
    assert [item["op"] for item in tests["own-2"]["items"]] == ["in", "all_of", "not"]
    assert tests["own-2"]["items"][1]["values"] == ["高新技术企业", "专精特新"]
    page = text_of(desk.get(PAGE))
    assert 'value="3.5"' in page
    assert "原样保留" in page


def test_buttons_work_without_script_and_lose_nothing(desk, draft):
    for pressed, rows in (("add", 5), ("row-1", 5), ("drop-1-0", 3), ("drop-0-0", 3), ("row-99", 4), ("nonsense", 4)):
        page = desk.post(PAGE, GOOD | {"do": pressed})
        assert page.status_code == 200
        assert page.content.decode().count('class="rule-row') == rows
    draft.refresh_from_db()
    assert len(draft.rules) == 2


def test_trying_says_how_many_and_reads_the_rules_out(desk, draft):
    page = text_of(desk.post(PAGE, GOOD | {"do": "try"}))
    for words in ("白名单试算", "白名单少于 5 户", "研发费用占比：不低于 3.5%", "还可以试算 199 次"):
        assert words in page
    assert "科技有限公司" not in page


def test_the_page_says_as_of_when_it_counts_and_that_the_list_has_changed(desk, draft):
    page = text_of(desk.post(PAGE, GOOD | {"do": "try"}))
    assert f"截至 {localtime(clock.now()):%-m月%-d日}" in page
    assert "正在重新读取" not in page
    WhitelistSnapshot.objects.update(day=clock.today() - timedelta(days=1))
    assert "正在重新读取" in text_of(desk.post(PAGE, GOOD | {"do": "try"}))


def test_a_contradiction_is_named(desk, draft):
    page = text_of(desk.post(PAGE, fields(("all", ("revenue", "lt", "100"))) | {"do": "try"}))
    assert "永远为假：年营业收入、年营业收入互相矛盾" in page


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("", "ge", "3"), "请选择字段"),
        (("nothing", "ge", "3"), "请选择字段"),
        (("rd_ratio", "any_of", "3"), "只能用"),
        (("rd_ratio", "ge", ""), "必填"),
        (("rd_ratio", "ge", "三"), "不是数字"),
        (("rd_ratio", "between", "3"), "中间用～隔开"),
        (("rd_ratio", "between", "5～3"), "请对调"),
        (("tax_grade", "any_of", "E"), "可填：A、B、M、C、D"),
        (("tags", "any_of", "；"), "多项用分号隔开"),
        (("places", "any_of", "火星"), "地区请写旗区"),
    ],
)
def test_bad_rows_are_refused_beside_the_row(desk, draft, row, words):
    for pressed in ("save", "try"):
        response = desk.post(PAGE, fields(("all", row)) | {"do": pressed})
        assert response.status_code == 422
        page = text_of(response)
        assert page.count(words) >= 2
        assert "第 1 个条件第 1 行" in page
    draft.refresh_from_db()
    assert len(draft.rules) == 2
    # htmx swaps nothing on an error status.
    assert desk.post(PAGE, fields(("all", row)), headers={"HX-Request": "true"}).status_code == 200


def test_a_later_version_shows_what_changed(desk, draft, maker, actor, bank):
    checker = user_create(
        actor=actor, username="c", password="correct horse", display_name="李", party=bank, roles=[Role.BANK_CHECKER]
    )
    version = approve(actor=checker, version=submit_for_review(actor=maker, version=draft))
    assert desk.get(PAGE).status_code == 409
    revision_create(actor=maker, product=version.product, content=VersionContent(name="科创通"))
    page = text_of(desk.post(PAGE, GOOD | {"do": "try"}))
    assert "与第 1 版相比" in page
    assert "取消" in page
    assert "新增" in page


def test_only_its_maker_may(client, draft, actor, bank):
    checker = user_create(
        actor=actor, username="c", password="correct horse", display_name="李", party=bank, roles=[Role.BANK_CHECKER]
    )
    client.force_login(checker)
    assert client.get(PAGE).status_code == 403
