"""Two imports at once on PostgreSQL end as one after the other: nobody fails, nothing is there twice."""

import csv
import threading
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection, connections, transaction

from accounts.models import Party
from accounts.services import party_register, system_actor
from common import audit, clock, outbox
from common.models import OutboxMessage
from enterprises.models import Fact, Need, WhitelistBatch, WhitelistEntry
from enterprises.services import enterprise_register
from journal.models import Posting
from matching.models import Financing
from products.content import VersionContent
from products.models import Product, ProductVersion
from products.services import CatalogueProduct, catalogue_product_import
from talents.models import TalentTitle
from tests.codes import credit_code
from tests.enterprises.files import ENTERPRISES, FACTS, TALENTS, WHITELIST, counts, run, write_csv
from tests.matching.money import BALANCES, FINANCINGS, POSTINGS
from tests.products.conftest import CATALOGUE

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
ROWS = 20
BANK = "测试银行鄂尔多斯分行"


def firms():
    actor = system_actor("测试")
    for number in range(ROWS):
        enterprise_register(actor=actor, uscc=credit_code(number), name=f"企业{number}")


def at_once(*calls):
    """Results of the calls, started together in threads of their own."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def attempt(index, call):
        try:
            with clock.at(date(2026, 11, 23)):
                barrier.wait()
                results[index] = call()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=attempt, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def catalogue_rows():
    return list(csv.DictReader(CATALOGUE.read_text("utf-8").splitlines()))[:ROWS]


def many(**columns):
    return [{name: value(n) if callable(value) else value for name, value in columns.items()} for n in range(ROWS)]


FILES = {
    "import_products": (list(catalogue_rows()[0]), catalogue_rows()),
    "import_enterprises": (
        ENTERPRISES,
        many(
            uscc=credit_code,
            name="企业{}".format,
            employees="30",
            tags="高企",
            need_code="XQ-{}".format,
            need_kind="贷",
        ),
    ),
    "import_talents": (
        TALENTS,
        many(
            talent_code="RC{}".format,
            name="人才{}".format,
            kind="person",
            title="天骄英才",
            firm_uscc=credit_code,
            role="创办",
        ),
    ),
    "import_facts": (
        FACTS,
        many(party_code=credit_code, field="employees", value="30", source="verified", as_of="2026-01-01"),
    ),
    "import_whitelist": (
        WHITELIST,
        many(batch=lambda n: f"第{n % 2}批", department="市科技局", published_on="2026-03-31", party_code=credit_code),
    ),
    "import_financings": (
        FINANCINGS,
        many(
            serial="D-{}".format,
            institution=BANK,
            party_code=credit_code,
            kind="贷",
            amount_wan="100",
            disbursed_on="2026-03-01",
        ),
    ),
    "import_balances": (
        BALANCES,
        many(
            institution=BANK,
            month=lambda n: f"2024-{n % 12 + 1:02d}" if n < 12 else f"2025-{n - 11:02d}",
            scope="科创",
            basis="名录",
            balance_wan="5",
        ),
    ),
    "import_postings": (
        POSTINGS,
        many(kind="training_held", source_key="P-{}".format, occurred_on="2026-03-01", organisation=BANK, quantity="1"),
    ),
}


def totals():
    tables = (
        Party,
        Fact,
        Need,
        WhitelistBatch,
        WhitelistEntry,
        TalentTitle,
        Financing,
        Posting,
        Product,
        ProductVersion,
    )
    return {model.__name__: model.objects.count() for model in tables}


@pytest.mark.parametrize("command", FILES)
def test_the_same_rows_in_opposite_order_at_the_same_time(tmp_path, command):
    columns, rows = FILES[command]
    if command not in ("import_products", "import_enterprises"):
        firms()
        party_register(actor=system_actor("测试"), kind=Party.Kind.INSTITUTION, name=BANK)
    before = totals()
    paths = [write_csv(tmp_path / f"{n}.csv", columns, list(order)) for n, order in enumerate((rows, reversed(rows)))]
    results = at_once(*(lambda path=path: run(command, path) for path in paths))
    assert sorted((counts(report), code) for report, code in results) == [([0, 0, ROWS, 0], 0), ([ROWS, 0, 0, 0], 0)]
    after = totals()
    assert after != before
    assert run(command, paths[0])[0]["unchanged"] == ROWS
    assert totals() == after
    assert audit.verify()[1] == []
    # What a command gave up to the other one comes with the worker's next tick.
    outbox.relay()
    assert not OutboxMessage.objects.filter(done_at=None).exists()


def test_different_imports_at_the_same_time(tmp_path):
    firms()
    party_register(actor=system_actor("测试"), kind=Party.Kind.INSTITUTION, name=BANK)
    calls = []
    for command, (columns, rows) in FILES.items():
        path = write_csv(tmp_path / f"{command}.csv", columns, rows[::-1] if len(calls) % 2 else rows)
        calls.append(lambda command=command, path=path: run(command, path))
    results = at_once(*calls)
    assert [(report["rejected"], code) for report, code in results] == [([], 0)] * len(FILES)
    assert audit.verify()[1] == []


def test_a_catalogue_row_brought_twice_at_once_is_one_version():
    actor = system_actor("导入")
    row = CatalogueProduct("D001", "贷", None, None, VersionContent(name="科创贷", amount_max=3_000_000))
    outcomes = at_once(*[lambda: catalogue_product_import(actor=actor, row=row)] * 6)
    assert sorted(outcome.value for outcome in outcomes) == ["created"] + ["unchanged"] * 5
    assert ProductVersion.objects.count() == 1


@contextmanager
def held(party):
    """Another session that has the party's row, then wants the head of the audit chain."""
    locked, go, done = threading.Event(), threading.Event(), []

    def work():
        try:
            with transaction.atomic():
                Party.objects.select_for_update().get(pk=party.pk)
                locked.set()
                go.wait(10)
                audit.record("test")
            done.append(True)
        except Exception as error:  # noqa: BLE001 - the test asks which of the two gave way
            done.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    locked.wait(10)
    yield go, done
    thread.join(30)


def test_a_page_that_crosses_an_import_ends_in_words_not_in_a_traceback(tmp_path):
    firms()
    columns, rows = FILES["import_facts"]
    correcting = [{**row, "value": "31"} for row in rows]
    run("import_facts", write_csv(tmp_path / "first.csv", columns, rows))
    last = Party.objects.get(uscc=rows[-1]["party_code"])
    with held(last) as (go, done):
        timer = threading.Timer(0.3, go.set)
        timer.start()
        report, code = run("import_facts", write_csv(tmp_path / "second.csv", columns, correcting))
    assert (code, done) in [(0, done), (1, [True])]
    if code:
        assert "稍后再导入" in report["rejected"][0]["error"]
        assert set(Fact.objects.values_list("value", flat=True)) == {30}
