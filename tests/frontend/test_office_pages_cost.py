"""The office's lists ask a constant number of questions and write nothing, however long they are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common import clock
from enterprises.services import enterprise_register, whitelist_publish, whitelist_push
from matching.cases.liaison import liaison_assign
from tests.codes import credit_code
from tests.frontend.conftest import WRITES
from tests.matching.chain import FRIDAY, make_chain

pytestmark = pytest.mark.django_db

OFFICE = ("/office/whitelist/", "/office/officers/", "/office/postings/")


@pytest.fixture
def chain(plan):
    with clock.at(FRIDAY):
        yield make_chain()


def grow(chain, numbers):
    """More of everything: firms on the list, pushed, some of them accompanied."""
    firms = [
        enterprise_register(actor=chain.system, uscc=credit_code(300 + number), name=f"增长{number}公司")
        for number in numbers
    ]
    batch = whitelist_publish(
        actor=chain.system,
        code=f"批{numbers[0]}",
        department=chain.office.party,
        published_on=FRIDAY,
        basis_doc="1号",
        parties=firms,
    )
    whitelist_push(actor=chain.office, batch=batch, institutions=chain.banks, basis_doc="1号")
    officer = chain.officer(f"officer{numbers[0]}")
    liaison_assign(actor=chain.office, party=firms[0], officer=officer)


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    asked = [query["sql"] for query in captured]
    assert [sql for sql in asked if sql.startswith(WRITES)] == []
    return len(asked)


@pytest.mark.parametrize("address", [*OFFICE, "/desk/whitelist/"])
def test_the_number_of_questions_does_not_grow(client, chain, address):
    client.force_login(chain.bankers[0] if address.startswith("/desk") else chain.office)
    grow(chain, range(4))
    few = queries(client, address)
    grow(chain, range(10, 22))
    assert queries(client, address) == few <= 30
