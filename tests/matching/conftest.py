"""Fixtures of the matching tests."""

from io import StringIO

import pytest
from django.core.management import call_command

from common import clock
from matching.cases.referrals import referral_advance, referral_create
from products.models import Product
from products.selectors import listed_versions
from tests.matching.chain import FRIDAY, make_chain
from tests.matching.money import bank, clerk, definition, lend, maker, other_bank, person, signer
from tests.matching.ten_firms import FOLDER, ten_firms

__all__ = ["bank", "clerk", "definition", "lend", "maker", "other_bank", "person", "signer", "ten_firms"]


@pytest.fixture
def chain(db):
    """A firm, its need, three banks and the office, on a Friday for as long as the test runs."""
    with clock.at(FRIDAY):
        yield make_chain()


@pytest.fixture
def pending(chain):
    """The need before the first bank, consented and dispatched that Friday."""
    with clock.at(FRIDAY):
        chain.consent()
        return referral_create(actor=chain.firm_user, need=chain.need, institution=chain.banks[0], channel="chosen")


@pytest.fixture
def accepted(chain, pending):
    """The same, accepted that day."""
    with clock.at(FRIDAY):
        return referral_advance(actor=chain.bankers[0], referral=pending, to="accepted")


@pytest.fixture
def load_reference(db):
    """A listed version of a reference product."""
    call_command("import_products", FOLDER / "products.csv", json=True, stdout=StringIO())
    return listed_versions().filter(product__origin=Product.Origin.CATALOGUE).first()
