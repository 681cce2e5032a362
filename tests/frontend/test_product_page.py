"""The product page."""

import re
from datetime import date

import pytest

from common import clock
from enterprises.services import facts_declare, need_register
from products.models import ProductVersion
from tests.frontend.conftest import text_of


def test_a_reference_product_says_that_it_is_no_quote(client, shelf):
    page = text_of(client.get("/products/D001/"))
    assert "公开资料整理，非实时报价" in page
    assert "2025-04-01" in page
    assert "≤1,000" in page
    assert "≤4.35" in page


def test_unknown_figures_become_one_sentence(client, shelf):
    page = text_of(client.get("/products/D026/"))
    assert "来源未说明" in page
    assert '<dl class="price">' not in page


def test_a_visitor_reads_the_conditions_and_is_invited(client, shelf):
    page = text_of(client.get("/products/D001/"))
    assert "公开条件" in page
    assert "成立满 24 个月" in page
    assert "登录，对照我的条件" in page
    assert 'href="/login/?next=/products/D001/"' in page


def test_text_conditions_are_left_to_the_institution(client, shelf):
    page = text_of(client.get("/products/D001/"))
    assert "需机构核实" in page
    assert "法人20至65岁" in page


def test_reasons_come_worst_first_with_required_and_mine(as_firm, shelf, need):
    page = text_of(as_firm.get("/products/D026/"))
    order = re.findall(r'<span class="verdict (\w+)">', page)
    assert order[0] == "violated"
    assert order == sorted(order, key=["violated", "unknown", "satisfied"].index)
    assert re.search(r"<dt>要求</dt>\s*<dd>\s*成都市", page)
    assert re.search(r"<dt>我的</dt>\s*<dd>\s*东胜区", page)


def test_a_firm_that_filled_nothing_is_led_to_its_facts(as_firm, shelf, firm, firm_user):
    need_register(
        actor=firm_user, party=firm, kinds=["贷"], amount=None, term_months=12, purpose="", guarantees=["信用"]
    )
    page = text_of(as_firm.get("/products/D001/"))
    assert "营业执照成立日期" in page
    assert 'href="/me/facts/edit/#id_established_on"' in page
    assert re.search(r'href="/me/needs/N[\w-]+/edit/"', page)
    assert re.search(r"补齐 \d 项资料", page)


def test_a_date_is_given_where_time_alone_cures(as_firm, shelf, firm, firm_user):
    with clock.at(date(2026, 1, 10)):
        facts_declare(
            actor=firm_user,
            party=firm,
            values={
                "region": "东胜区",
                "established_on": "2024-03-31",
                "revenue": "100",
                "tax_grade": "A",
                "tags": "高新技术企业",
            },
        )
        need_register(
            actor=firm_user, party=firm, kinds=["贷"], amount=1_000_000, term_months=12, purpose="", guarantees=["信用"]
        )
        page = text_of(as_firm.get("/products/D001/"))
    assert "只差成立年限；2026-03-31 起符合，无需操作" in page
    assert "差 3 个月" in page


def test_a_firm_chooses_among_its_own_needs(as_firm, shelf, need, firm, firm_user):
    other = need_register(
        actor=firm_user, party=firm, kinds=["投"], amount=None, term_months=None, purpose="", guarantees=None
    )
    page = text_of(as_firm.get("/products/D001/", {"need": need.code}))
    assert re.search(rf'value="{need.code}"\s+selected', page)
    assert f'value="{other.code}"' in page
    assert "产品类别" in text_of(as_firm.get("/products/D001/", {"need": other.code}))
    assert as_firm.get("/products/D001/", {"need": "N-strange"}).status_code == 404


def test_closer_products_are_of_the_same_shelf_and_not_refused(as_firm, shelf, need):
    page = text_of(as_firm.get("/products/D026/"))
    closer = page.split("<h2>更接近的产品</h2>")[1]
    found = re.findall(r'href="/products/(\w+)/', closer)
    assert found
    assert all(code.startswith("D") and code != "D026" for code in found)
    assert "不符合" not in closer.split("</ul>")[0]


@pytest.mark.parametrize("code", ["NOPE", "D001%00", "..%2f..%2fetc", "%F0%9F%98%80", "D001'--"])
def test_a_product_that_is_not_there_gets_a_designed_page(client, shelf, code):
    response = client.get(f"/products/{code}/")
    assert response.status_code == 404
    assert "没有" in text_of(response)


def test_texts_from_a_source_are_escaped(client, shelf):
    assert ProductVersion.objects.filter(name__contains="<").count() == 0
    page = client.get("/products/", {"q": "<img src=x onerror=alert(1)>"}).content.decode()
    assert "<img src=x" not in page
