"""Home and search results."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.frontend.conftest import text_of


def names_on(response):
    return re.findall(r'<h3 class="name"><a href="/products/(\w+)/', text_of(response))


def test_home_shows_the_shelves_with_their_counts(client, shelf):
    page = text_of(client.get("/"))
    for category, count in (("贷", 6), ("保", 2), ("险", 2), ("投", 2)):
        assert re.search(rf'aria-label="类别：{category}".*?<span class="count">{count} <small>项', page)
    assert 'aria-label="类别：租"' not in page  # an empty shelf is not put up


def test_home_without_products_says_so(client, db):
    assert "货架上还没有产品" in text_of(client.get("/"))


def test_scenes_of_the_home_lead_to_pages_that_open(client, shelf):
    addresses = re.findall(r'href="(/products/\?[^"]+)"', client.get("/").content.decode())
    assert len(addresses) >= 12
    assert {client.get(address.replace("&amp;", "&")).status_code for address in addresses} == {200}


def test_results_are_found_by_words_and_marked(client, shelf):
    response = client.get("/products/", {"q": "研发贷"})
    assert names_on(response)[0] == "D026"
    assert "<mark>" in text_of(response)


def test_understood_conditions_are_shown_and_can_be_made_strict(client, shelf):
    page = client.get("/products/", {"q": "3000万 科技贷款"})
    assert "已理解为" in text_of(page)
    strict = client.get("/products/", {"q": "3000万 科技贷款", "strict": "amount"})
    assert set(names_on(strict)) == {"D002", "D003"}
    assert "（不再要求）" in text_of(strict)


def test_ticks_of_one_facet_widen_and_facets_narrow(client, shelf):
    both = client.get("/products/", {"category": ["险", "投"]})
    assert sorted(names_on(both)) == ["T001", "T002", "X004", "X029"]
    one = client.get("/products/", {"category": ["险", "投"], "regions": "临沂市"})
    assert names_on(one) == ["X029"]
    assert 'value="险" checked' in text_of(one)


def test_a_chosen_condition_can_be_taken_off(client, shelf):
    page = client.get("/products/", {"category": "险", "q": "保险"}).content.decode()
    assert re.search(r'class="chip"\s+href="\?q=%E4%BF%9D%E9%99%A9"', page)


def test_an_empty_page_says_which_condition_to_drop(client, shelf):
    page = text_of(client.get("/products/", {"category": "投", "institution_kind": "保险"}))
    assert "没有同时满足这些条件的产品" in page
    assert re.search(r"去掉 投，可得 2 项", page)
    assert re.search(r"去掉 保险，可得 2 项", page)


def test_an_empty_shelf_is_an_honest_page(client, db):
    assert "没有找到产品" in text_of(client.get("/products/"))


def test_pages_follow_one_another_without_repeating(client, shelf):
    first = client.get("/products/")
    following = re.search(r'href="(\?[^"]*after=[^"]*)"\s+rel="next"', first.content.decode())
    second = client.get("/products/" + following[1].replace("&amp;", "&"))
    assert len(names_on(first)) == 10
    assert len(set(names_on(first)) | set(names_on(second))) == 12
    assert "回到第一页" in text_of(second)


def test_sorting_by_amount_puts_the_unknown_last(client, shelf):
    found = names_on(client.get("/products/", {"sort": "amount", "category": "贷"}))
    assert set(found[:2]) == {"D002", "D003"}


@pytest.mark.parametrize(
    "query",
    [
        {"q": "' OR 1=1 -- \x00 <script>alert(1)</script>"},
        {"q": "(" * 500},
        {"q": "😀 \u202e مرحبا 𠮷"},
        {"sort": "price; DROP TABLE"},
        {"after": "not-a-place"},
        {"after": "W10"},
        {"category": ["贷"] * 300},
        {"category": "\x00", "regions": "x" * 5000},
        {"strict": ["amount", "__class__", "<b>"]},
        {"page": "-1", "unknown": "x", "need": "N-someone-elses"},
    ],
)
def test_hostile_addresses_get_a_page(client, shelf, query):
    response = client.get("/products/", query)
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_the_reference_note_stands_on_the_page(client, shelf):
    assert "公开资料整理，非实时报价" in text_of(client.get("/products/"))


def test_a_visitor_is_invited_to_log_in_and_judged_for_nothing(client, shelf):
    page = text_of(client.get("/products/"))
    assert "后可逐条对照您的条件" in page
    assert 'class="for-me' not in page


def test_a_firm_sees_verdict_reason_cells_and_counts(as_firm, shelf, need):
    page = text_of(as_firm.get("/products/", {"q": "研发贷"}))
    column = re.search(r'研发贷.*?class="for-me (\w+)">(.*?)</article>', page)
    assert column[1] == "violated"
    assert "适用地区要求成都市，您的是东胜区" in column[2]
    assert re.search(r"<span>符合 \d+</span>.*<span>缺资料 \d+</span>.*<span>不符合 [1-9]</span>", column[2])
    assert re.search(r'role="img" aria-label="[^"]*不符合 [1-9] 项', " ".join(column[2].split()))


def test_what_only_the_institution_can_say_is_not_asked_of_the_firm(as_firm, put_on_shelf, need):
    put_on_shelf({"D093"})
    page = text_of(as_firm.get("/products/"))
    assert "请向金融机构核实" in page


def test_questions_to_the_database_do_not_grow_with_the_results(as_firm, shelf, need):
    as_firm.get("/products/")

    def asked(params):
        with CaptureQueriesContext(connection) as captured:
            response = as_firm.get("/products/", params)
        return len(names_on(response)), len(captured)

    few, many = asked({"category": "险"}), asked({})
    assert (few[0], many[0]) == (2, 10)
    assert few[1] == many[1]


def test_another_firms_need_is_not_found(as_firm, shelf, need, register, actor):
    response = as_firm.get("/products/", {"need": "N-someone-elses"})
    assert response.status_code == 404
    assert "没有找到这条需求" in text_of(response)


VERDICTS = re.compile(r'id="id_verdict_(\w+)".*?<span class="count">(\d+)</span>', re.DOTALL)


@pytest.mark.parametrize("params", [{}, {"q": "贷款"}, {"q": "信用贷款 知识产权", "category": "贷"}])
def test_verdicts_are_counted_over_the_whole_result_and_ticking_one_keeps_exactly_those(as_firm, shelf, need, params):
    response = as_firm.get("/products/", params)
    page = response.content.decode()
    counts = {verdict: int(count) for verdict, count in VERDICTS.findall(page)}
    total = int(re.search(r"共 (\d+) 项</span></h2>", page)[1])
    assert set(counts) == {"satisfied", "unknown", "violated"}
    assert sum(counts.values()) == total > 0
    for verdict, count in counts.items():
        ticked = as_firm.get("/products/", {**params, "verdict": verdict}).content.decode()
        assert int(re.search(r"共 (\d+) 项</span></h2>", ticked)[1]) == count
        assert set(re.findall(r'class="for-me (\w+)"', ticked)) <= {verdict}
        # The counts of the facet itself do not change by its own tick.
        assert {name: int(number) for name, number in VERDICTS.findall(ticked)} == counts


def test_a_visitor_has_no_verdicts_to_tick(client, shelf):
    page = text_of(client.get("/products/", {"verdict": "satisfied"}))
    assert "与我的条件" not in page
    assert "共 12 项" in page


def test_a_page_of_what_is_only_near_says_so(client, shelf):
    near = text_of(client.get("/products/", {"q": "zhaohang"}))
    assert "没有完全符合“招行”的产品，以下最接近" in near
    assert "符合您写的全部内容" not in near
    partly = text_of(client.get("/products/", {"q": "研发贷 成都"}))
    assert re.search(r"其中 \d+ 项符合您写的全部内容，其余只符合一部分", partly)
    assert "符合您写的全部内容" not in text_of(client.get("/products/", {"category": "贷"}))
