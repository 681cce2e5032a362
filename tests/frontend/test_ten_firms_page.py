"""The ten firms worked by hand: the product page says what `match` says, rule by rule."""

import re

import pytest
from django.urls import reverse

from accounts.models import Role
from accounts.services import user_create
from enterprises.models import Need
from tests.matching.ten_firms import EXPECTED, ten_firms

__all__ = ["ten_firms"]

MARK = re.compile(r'<span class="verdict (satisfied|unknown|violated)">')


@pytest.fixture
def open_page(ten_firms, actor, client):
    """Read a product's page as the firm whose need it is."""

    def open_(code):
        need = Need.objects.select_related("party").get(code=code)
        user = user_create(
            actor=actor, username=f"u{code}", password="x", display_name="经办", party=need.party, roles=[Role.FIRM]
        )
        client.force_login(user)

        def read(product):
            return client.get(reverse("frontend:product", args=[product]), {"need": code}).content.decode()

        return read

    return open_


@pytest.mark.parametrize("need", EXPECTED)
def test_the_page_gives_the_verdicts_worked_by_hand(open_page, need):
    read = open_page(need)
    for product, expected in EXPECTED[need].items():
        page = read(product)
        marks = MARK.findall(page)
        found = "violated" if "violated" in marks else "unknown" if "unknown" in marks else "satisfied"
        assert (need, product, found) == (need, product, expected.code)
        if expected.kind == "same":
            assert (product, marks.count("violated")) == (product, len(expected.not_met))
            assert (product, marks.count("unknown")) == (product, len(expected.open))
        for distance in expected.gap.values():
            assert distance in page
        for day in expected.from_dates.values():
            assert day.isoformat() in page
