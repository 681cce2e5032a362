"""The real catalogue: answers to the judged queries, the commands, and one product's way to the shelf and off it."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from search import evaluation, services
from search.clauses import Eq, In, Overlaps
from search.evaluation import Judged
from search.query import SearchQuery
from tests.search import heldout

CATALOGUE = settings.BASE_DIR / "products" / "data" / "products.csv"

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue() -> None:
    call_command("import_products", CATALOGUE, json=True, stdout=StringIO())


def run(*arguments: Any, **options: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def codes(text: str, **options: Any) -> list[str]:
    return [hit.key for hit in services.search(SearchQuery(text=text, **options)).hits]


@pytest.mark.usefixtures("catalogue")
def test_the_judged_queries_are_answered_well_and_none_is_empty():
    report = json.loads(run("evaluate_search", json=True))
    by_type = {item["type"]: item for item in report["types"]}
    assert report["queries"] == 63
    assert report["ndcg"] >= 0.91
    assert report["zero_rate"] == 0
    assert {kind: item["ndcg"] for kind, item in by_type.items() if item["ndcg"] < 0.7} == {}


@pytest.mark.usefixtures("catalogue")
def test_queries_made_from_the_catalogue_are_answered_well_whatever_their_kind():
    judged = heldout.judged()
    whole, by_type, scores = evaluation.evaluate(judged, lambda text: codes(text, size=evaluation.DEPTH))
    assert whole.queries >= 200
    assert whole.zero_rate == 0
    assert whole.ndcg >= 0.97
    assert {item.type: item.ndcg for item in by_type if item.ndcg < 0.85} == {}
    assert sum(score < 0.5 for score in scores) <= 3


@pytest.mark.usefixtures("catalogue")
def test_every_product_is_the_first_hit_of_its_own_name():
    rows = services.search(SearchQuery(size=100)).hits
    assert len(rows) == 100
    for name, code in [("善新贷", "D012"), ("天府知来贷", "D078"), ("创新积分E担", "B003"), ("实验室一切险", "X020")]:
        assert codes(name)[0] == code


@pytest.mark.usefixtures("catalogue")
def test_filters_and_facets_over_the_catalogue():
    result = services.search(
        SearchQuery(filters=(Eq("category", "贷"),), facets=("category", "regions", "institution_kind"))
    )
    assert result.total == 103
    assert result.facets["category"] == [("贷", 103), ("险", 30), ("投", 20), ("保", 19)]
    assert dict(result.facets["regions"])["内蒙古自治区"] >= 3
    assert sum(count for _, count in result.facets["institution_kind"]) == 103
    both = services.search(
        SearchQuery(filters=(In("guarantees", ("信用", "抵押")), Overlaps("amount_min", "amount_max", 10**7, 10**7)))
    )
    assert 0 < both.total < 53


@pytest.mark.usefixtures("catalogue")
def test_sorting_by_rate_and_amount():
    cheapest = services.search(SearchQuery(text="贷款", filters=(Eq("category", "贷"),), sort="rate", size=3)).hits
    assert cheapest[0].key == "D006"
    assert codes("", sort="amount")[0] == "X003"


@pytest.mark.usefixtures("catalogue")
def test_queries_from_a_file_are_answered_in_order_one_json_line_each(tmp_path: Path):
    lines = ["科技e贷", "", "zzzz", "贷款 \ud7ff", "工行 科技贷款", "500万 信用贷 3年"]
    file = tmp_path / "queries.txt"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    answers = [json.loads(line) for line in run("search", queries=file, json=True).splitlines()]
    assert [answer["query"] for answer in answers] == lines
    assert [len(answer["hits"]) for answer in answers] == [10, 10, 0, 10, 10, 10]
    for answer in answers:
        assert {"query", "total", "hits", "corrected", "facets"} <= answer.keys()
        assert isinstance(answer["total"], int)
        scores = [hit["score"] for hit in answer["hits"]]
        assert scores == sorted(scores, reverse=True)


@pytest.mark.usefixtures("catalogue")
def test_one_text_as_json_and_as_a_list():
    assert json.loads(run("search", "善新贷", json=True))["hits"][0]["code"] == "D012"
    shown = run("search", "善心贷")
    assert "D012" in shown
    assert "善新贷" in shown


@pytest.mark.parametrize("arguments", [[], ["贷", "--queries", "x"], ["--queries", "/nonexistent/file"]])
def test_search_without_exactly_one_readable_input_is_refused(arguments):
    with pytest.raises(CommandError, match="请"):
        call_command("search", *arguments)


@pytest.mark.usefixtures("catalogue")
def test_rebuild_and_check():
    assert json.loads(run("rebuild_index", json=True))["products"] == 172
    assert json.loads(run("rebuild_index", check=True, document="products", json=True)) == {
        "products": {"missing": 0, "extra": 0, "stale": 0}
    }


@pytest.mark.usefixtures("catalogue")
def test_check_finds_an_index_that_fell_behind(monkeypatch):
    services.rebuild("products")
    monkeypatch.setattr("search.reading.content_hash", lambda row: "other")
    with pytest.raises(SystemExit):
        run("rebuild_index", check=True, document="products", json=True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "没有查询"),
        ("qid,query\nQ1,贷款\n", "第 2 行缺少列"),
        ("qid,query,type,relevant\nQ1,贷款,条件,D001:9\n", "编号:等级"),
    ],
)
def test_a_broken_file_of_judgements_is_named(tmp_path, content, message):
    file = tmp_path / "judged.csv"
    file.write_text(content, "utf-8")
    with pytest.raises(CommandError, match=message):
        call_command("evaluate_search", file)


def test_ndcg_is_one_for_the_ideal_order_and_falls_with_every_swap():
    grades = {"A": 3, "B": 2, "C": 1}
    assert evaluation.ndcg(["A", "B", "C"], grades) == 1
    assert evaluation.ndcg(["B", "A", "C"], grades) == pytest.approx(
        (3 + 7 / 1.5849625 + 0.5) / (7 + 3 / 1.5849625 + 0.5)
    )
    assert evaluation.ndcg([], grades) == 0
    assert evaluation.ndcg(["X"], {}) == 1


def test_evaluation_counts_empty_answers_by_type():
    judged = [Judged("1", "a", "甲", {"A": 3}), Judged("2", "b", "甲", {"A": 3}), Judged("3", "c", "乙", {"A": 3})]
    whole, by_type, scores = evaluation.evaluate(judged, lambda text: ["A"] if text == "a" else [])
    assert scores == [1, 0, 0]
    assert (whole.queries, whole.zero_rate) == (3, pytest.approx(2 / 3))
    assert [(item.type, item.ndcg, item.zero_rate) for item in by_type] == [("甲", 0.5, 0.5), ("乙", 0.0, 1.0)]


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("rencaidai", "人才贷"),
        ("rcd", "人才贷"),
        ("專精特新", "专精特新"),
        ("五百万 信用贷 三年", "500W 信用贷 36个月"),
        ("利率百分之三以下", "利率300bp以下"),
        ("没有房子抵押怎么贷款", "无抵押贷款"),
        ("专利能不能抵押贷款", "专利抵押贷款"),
        ("jiaohang", "交通银行"),
        ("zhuan'jing'te'xin", "专精特新"),
        ("ke ji xing qi ye dai kuan", "科技型企业 贷款"),
        ("科技xingqiye贷款", "科技型企业贷款"),
        ("壹仟万信用贷款", "1000万信用贷款"),
        ("500wan 信用贷款", "500万 信用贷款"),
        ("低息贷款 2.5个点", "低息贷款 2.5%"),
        ("有没有抵押贷款", "抵押贷款"),
        ("公司没有房产怎么贷款", "无抵押贷款"),
    ],
)
def test_ways_of_asking_for_the_same_find_the_same(typed, same):
    assert codes(typed, size=5) == codes(same, size=5) != []


@pytest.mark.usefixtures("catalogue")
def test_what_rows_hold_is_never_corrected():
    for name in ("善新贷", "科技e贷", "LPR", "苏知贷", "无还本续贷"):
        assert services.search(SearchQuery(text=name)).corrected is None
    assert services.search(SearchQuery(text="500万 xinyongdai")).corrected == "500万 信用贷"


@pytest.mark.usefixtures("catalogue")
def test_a_text_of_several_conditions_finds_what_fits_all_of_them():
    assert codes("高层次人才 300万 信用贷")[0] in ("D013", "D035", "D037")
    assert codes("专利质押 300w 小巨人")[0] == "D058"
    assert codes("北京银行贷款")[0] == "D062"
    assert codes("贷款利率不超过2%")[0] == "D006"


@pytest.mark.usefixtures("catalogue")
def test_one_stray_character_between_known_words_is_a_slip():
    assert services.search(SearchQuery(text="创新形中小企业")).corrected == "创新型中小企业"
    assert codes("创新形中小企业")[0] in ("D001", "D012", "D013")
    assert services.search(SearchQuery(text="专利货")).corrected == "专利贷"
    assert codes("专利货")[0] == "D024"
    assert codes("浙商行")[0] in ("D032", "D033")


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("typed", ["zhaohang", "招行", "招商银行", "mengshang"])
def test_who_asks_for_a_bank_that_lists_nothing_sees_other_banks_and_is_told(typed):
    result = services.search(SearchQuery(text=typed, facets=("institution_kind",)))
    assert result.exact == 0
    assert result.facets["institution_kind"][0][0] == "银行"


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("typed", ["asdfghjkl", "' OR 1=1 --", "<script>alert(1)</script>", "🚀🚀"])
def test_nonsense_finds_nothing_and_is_not_corrected(typed):
    result = services.search(SearchQuery(text=typed))
    assert (result.total, result.corrected) == (0, None)
