"""Pages over a small shelf of real products, with an index of their own and strict templates."""

import csv
from pathlib import Path

import pytest
from django.core.management import call_command
from django.template import engines

from accounts.models import Party, Role
from accounts.services import party_register, user_create
from enterprises.services import enterprise_register, facts_declare, need_register
from tests.codes import credit_code

CATALOGUE = Path(__file__).resolve().parents[2] / "products" / "data" / "products.csv"
# Some of each shelf; D026 serves 成都 only.
SHELF = ("D001", "D002", "D003", "D004", "D026", "D051", "B001", "B002", "X004", "X029", "T001", "T002")
WRITES = ("INSERT", "UPDATE", "DELETE")


class Undefined(str):
    """A template variable that does not exist is a bug, not an empty string."""

    def __mod__(self, name):
        raise AssertionError(f"template variable {name!r} is undefined")


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch):
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", Undefined("%s"))


@pytest.fixture(autouse=True)
def own_index(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def put_on_shelf(db, tmp_path):
    """Import the products with these codes from the real catalogue."""

    def put(codes):
        with CATALOGUE.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            rows = [row for row in reader if row["id"] in codes]
            header = reader.fieldnames
        path = tmp_path / "shelf.csv"
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, header)
            writer.writeheader()
            writer.writerows(rows)
        call_command("import_products", str(path), verbosity=0)

    return put


@pytest.fixture
def shelf(put_on_shelf):
    put_on_shelf(SHELF)


@pytest.fixture
def plan(actor):
    call_command("load_plan", verbosity=0)


@pytest.fixture
def register(actor):
    """A user of a new party with one role."""

    def make(username, role, *, kind=Party.Kind.DEPARTMENT, number=90):
        if kind == Party.Kind.ENTERPRISE:
            party = enterprise_register(actor=actor, uscc=credit_code(number), name=f"{username}科技有限公司")
        else:
            party = party_register(actor=actor, kind=kind, name=f"{username}单位")
        return user_create(
            actor=actor, username=username, password="correct horse", display_name=username, party=party, roles=[role]
        )

    return make


@pytest.fixture
def known_firm(firm, firm_user):
    """The firm with five of its facts filled in."""
    facts_declare(
        actor=firm_user,
        party=firm,
        values={
            "region": "鄂尔多斯市东胜区",
            "established_on": "2019-03-01",
            "revenue": "1200",
            "tags": "科技型中小企业;高新技术企业",
            "tax_grade": "M",
        },
    )
    return firm


@pytest.fixture
def need(known_firm, firm_user):
    return need_register(
        actor=firm_user,
        party=known_firm,
        kinds=["贷"],
        amount=5_000_000,
        term_months=12,
        purpose="研发",
        guarantees=["信用", "知识产权质押"],
    )


@pytest.fixture
def as_firm(client, firm_user):
    client.force_login(firm_user)
    return client


@pytest.fixture
def as_office(client, register):
    client.force_login(register("office", Role.OFFICE))
    return client


def text_of(response):
    """The page as text, with runs of space as one."""
    return " ".join(response.content.decode().split())
