"""A bank that serves the city, its maker and its checker, and a catalogue file to change."""

import csv
import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.models import Role
from accounts.services import user_create
from products.content import VersionContent
from products.services import approve, draft_create, institution_register, submit_for_review

CATALOGUE = Path(__file__).parents[2] / "products" / "data" / "products.csv"


@pytest.fixture
def bank(actor):
    return institution_register(actor=actor, name="测试银行鄂尔多斯分行", kind="银行", local=True)


@pytest.fixture
def staff(actor):
    def create(username, party, *roles):
        return user_create(
            actor=actor, username=username, password="correct horse", display_name=username, party=party, roles=roles
        )

    return create


@pytest.fixture
def maker(staff, bank):
    return staff("maker", bank, Role.BANK_MAKER)


@pytest.fixture
def checker(staff, bank):
    return staff("checker", bank, Role.BANK_CHECKER)


@pytest.fixture
def draft(maker, bank):
    content = VersionContent(name="科创通", amount_max=3_000_000, required_tags=("高新技术企业",))
    return draft_create(actor=maker, institution=bank, category="贷", content=content, code="T-01")


@pytest.fixture
def listed(draft, maker, checker):
    return approve(actor=checker, version=submit_for_review(actor=maker, version=draft))


class Catalogue:
    """The real catalogue as rows to change, written to a file and imported through the real command."""

    def __init__(self, folder):
        self.path = folder / "products.csv"
        self.rows = list(csv.DictReader(CATALOGUE.read_text("utf-8").splitlines()))
        self.columns = list(self.rows[0])

    def row(self, code):
        return next(row for row in self.rows if row["id"] == code)

    def line(self, code):
        return self.rows.index(self.row(code)) + 2

    def text(self):
        out = io.StringIO()
        writer = csv.DictWriter(out, self.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return out.getvalue()

    def write(self, encoding="utf-8"):
        self.path.write_bytes(self.text().encode(encoding))
        return self.path


@pytest.fixture
def catalogue(tmp_path):
    return Catalogue(tmp_path)


@pytest.fixture
def load(db):
    """Run ``import_products FILE --json``: its report and exit code."""

    def run(path, *options):
        out, code = io.StringIO(), 0
        try:
            call_command("import_products", str(path), "--json", *options, stdout=out)
        except SystemExit as stop:
            code = stop.code
        return json.loads(out.getvalue()), code

    return run
