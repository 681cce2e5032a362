"""Everything of one's own can be taken along, and nothing of another's with it."""

import io

import pytest
from django.test import Client
from openpyxl import load_workbook

from common.models import AuditEvent
from tests.contracts.isolation.matrix import may_read
from tests.contracts.isolation.things import canary
from tests.contracts.isolation.walk import body, spoken

# Held in somebody else's hands about the firm, or in a list of all firms.
ELSEWHERE = {"contact"}


@pytest.fixture
def firm(world):
    client = Client()
    client.force_login(world.people["firm_a"].user)
    return client


@pytest.mark.parametrize("kind", ["json", "xlsx"])
def test_all_that_is_ones_own_and_nothing_else(world, firm, kind):
    person = world.people["firm_a"]
    text = body(firm.post(f"/me/data/{kind}/"))
    own = [word for thing in world.things if "A" in thing.owners for word in thing.words]
    assert [word for word in own if word not in text] == []
    assert [word for word in spoken(world, person, text) if "(contact, own)" not in word] == []
    assert all(
        may_read(person, thing)
        for thing in world.things
        if "A" in thing.owners and thing.words and thing.kind not in ELSEWHERE
    )
    event = AuditEvent.objects.get(action="own_data_export")
    assert (event.actor_id, event.data) == (person.user.pk, {"kind": kind})


def test_what_was_typed_is_no_formula(world, firm):
    user = world.people["firm_a"].user
    user.display_name = "=1+1"
    user.save(update_fields=["display_name"])
    book = load_workbook(io.BytesIO(firm.post("/me/data/xlsx/").content))
    cells = [cell for row in book["账号"].iter_rows() for cell in row]
    assert "=1+1" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells if cell.value} == {"s"}


def test_an_unknown_kind_and_a_reader_without_a_party(world, firm):
    assert firm.post("/me/data/pdf/").status_code == 404
    assert firm.get("/me/data/json/").status_code == 405
    bank = Client()
    bank.force_login(world.people["x_maker"].user)
    assert bank.post("/me/data/json/").status_code == 403
    assert canary("A", "name") not in body(bank.get("/me/data/"))
