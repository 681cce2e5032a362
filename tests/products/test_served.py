"""Whether a product can be had in this city, as search lists it."""

import pytest

from products.documents import AWAY, HERE, UNSURE, row_of
from products.models import Product, ProductVersion


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("全国", HERE),
        ("全国多地(含内蒙古各盟市)", HERE),
        ("鄂尔多斯", HERE),
        ("东胜区", HERE),
        ("", UNSURE),
        ("全国试点", UNSURE),
        ("北京、上海等", UNSURE),
        ("内蒙古部分盟市", UNSURE),
        ("包头", AWAY),
        ("成都、重庆", AWAY),
    ],
)
def test_a_product_says_whether_it_can_be_had_in_this_city(region, said):
    assert row_of(ProductVersion(product=Product(code="Z1"), region_text=region))["served"] == said
