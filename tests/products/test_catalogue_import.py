"""The real catalogue in, again, and changed."""

import pytest

from accounts.models import Party
from common import clock
from common.models import AuditEvent, OutboxMessage
from journal.models import Posting
from products.models import InstitutionProfile, Product, ProductVersion
from products.selectors import listed_by_codes, listed_versions

COUNTS = {"created": 0, "updated": 0, "unchanged": 0, "rejected": []}


def only(code, catalogue):
    catalogue.rows = [catalogue.row(code)]
    return catalogue


def test_the_catalogue_comes_in_whole_and_a_second_time_changes_nothing(catalogue, load):
    path = catalogue.write()
    assert load(path) == ({**COUNTS, "created": 172}, 0)
    hashes = dict(ProductVersion.objects.values_list("product__code", "content_hash"))
    events = AuditEvent.objects.count()
    assert load(path) == ({**COUNTS, "unchanged": 172}, 0)
    assert dict(ProductVersion.objects.values_list("product__code", "content_hash")) == hashes
    assert AuditEvent.objects.count() == events
    assert {row: listed_versions().filter(product__category=row).count() for row in "贷保险投"} == {
        "贷": 103,
        "保": 19,
        "险": 30,
        "投": 20,
    }


def test_what_is_imported_is_a_listed_reference_product_of_the_system_actor(catalogue, load):
    load(only("D012", catalogue).write())
    version = listed_by_codes(["D012"])["D012"]
    assert (version.product.origin, version.state, version.number) == ("catalogue", "listed", 1)
    assert (version.made_by.display_name, version.approved_by, version.confirmed_on) == ("导入", None, None)
    assert version.published_at is not None
    assert (version.amount_min, version.amount_max, version.term_max_months) == (None, 10_000_000, 36)
    assert (version.rate_min_bp, version.rate_max_bp, version.max_debt_ratio_bp) == (395, None, 7_000)
    assert (version.min_age_months, version.tax_grades) == (18, ["A", "B", "M"])
    assert version.product.institution.institution.kind == "银行"
    assert not version.product.institution.institution.local
    assert not Posting.objects.exists()


def test_a_row_without_institution_keeps_it_unknown(catalogue, load):
    report, _ = load(only("X016", catalogue).write())
    assert report["created"] == 1
    assert Product.objects.get(code="X016").institution is None
    assert not Party.objects.filter(kind=Party.Kind.INSTITUTION).exists()


def test_institutions_are_created_once_and_told_from_short_names(catalogue, load):
    load(catalogue.write())
    assert Party.objects.filter(kind="institution", name="农业银行").count() == 1
    assert Product.objects.filter(institution__name="农业银行").count() == 3


def test_a_changed_row_becomes_a_new_version_and_the_old_one_leaves_the_shelf(catalogue, load):
    load(catalogue.write())
    before = ProductVersion.objects.get(product__code="D012")
    catalogue.row("D012")["rate_min_pct"] = "3.45"
    report, code = load(catalogue.write())
    assert (report, code) == ({**COUNTS, "updated": 1, "unchanged": 171}, 0)
    versions = ProductVersion.objects.filter(product__code="D012").order_by("number")
    assert [(item.number, item.state, item.rate_min_bp) for item in versions] == [
        (1, "delisted", 395),
        (2, "listed", 345),
    ]
    assert versions[0].content_hash == before.content_hash != versions[1].content_hash
    assert load(catalogue.write())[0]["unchanged"] == 172


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", "善新贷二号"),
        ("category", "保"),
        ("institution", "建设银行内蒙古分行"),
        ("region", "内蒙古"),
        ("target", "种子期企业"),
        ("amount_min_wan", "0.5"),
        ("purpose", ""),
        ("required_tags", "小巨人"),
        ("min_years", "2"),
        ("other_conditions", ""),
        ("features", "随借随还"),
        ("source_url", "https://example.cn/a"),
        ("as_of", "2025-02"),
        ("verified", "source"),
    ],
)
def test_any_changed_column_makes_a_new_version(catalogue, load, column, value):
    load(only("D012", catalogue).write())
    if catalogue.rows[0][column] == value:
        catalogue.rows[0][column] = "新增用途"
    else:
        catalogue.rows[0][column] = value
    assert load(catalogue.write())[0] == {**COUNTS, "updated": 1}
    version = listed_by_codes(["D012"])["D012"]
    assert version.number == 2
    assert version.product.category == catalogue.rows[0]["category"]
    assert version.product.institution.name == catalogue.rows[0]["institution"]
    assert load(catalogue.write())[0] == {**COUNTS, "unchanged": 1}


def test_a_corrected_kind_of_institution_updates_without_a_new_version(catalogue, load):
    load(only("D094", catalogue).write())
    catalogue.rows[0]["institution_kind"] = "基金"
    assert load(catalogue.write())[0] == {**COUNTS, "updated": 1}
    assert ProductVersion.objects.filter(product__code="D094").count() == 1
    assert InstitutionProfile.objects.get(party__name=catalogue.rows[0]["institution"]).kind == "基金"
    assert load(catalogue.write())[0] == {**COUNTS, "unchanged": 1}


def test_an_institution_of_two_kinds_in_one_file_is_refused(catalogue, load):
    catalogue.row("D003")["institution_kind"] = "其他"
    report, code = load(catalogue.write())
    assert [(item["row"], item["column"]) for item in report["rejected"]] == [
        (catalogue.line("D003"), "institution_kind")
    ]
    assert code == 1


def test_the_code_of_a_local_product_is_not_taken_over(catalogue, load, listed):
    only("D001", catalogue).rows[0]["id"] = listed.product.code
    report, code = load(catalogue.write())
    assert (code, report["rejected"][0]["column"]) == (1, "id")
    listed.product.refresh_from_db()
    assert listed.product.origin == "local"


def test_tags_are_stored_under_one_spelling(catalogue, load):
    only("D012", catalogue).rows[0]["required_tags"] = "高企;专精特新企业；高新技术企业"
    load(catalogue.write())
    assert listed_by_codes(["D012"])["D012"].required_tags == ["高新技术企业", "专精特新"]


def test_a_dry_run_reports_and_writes_nothing(catalogue, load):
    report, code = load(catalogue.write(), "--dry-run")
    assert (report, code) == ({**COUNTS, "created": 172}, 0)
    assert not Product.objects.exists()
    assert not Party.objects.filter(kind="institution").exists()
    assert not OutboxMessage.objects.exists()


def test_the_import_needs_no_worker_to_reach_the_index(catalogue, load):
    load(only("D001", catalogue).write())
    assert OutboxMessage.objects.filter(topic="search.products", done_at=None).count() == 0
    assert OutboxMessage.objects.filter(topic="search.products", key="D001").count() == 1


def test_the_day_of_import_is_the_day_of_publication(catalogue, load):
    with clock.at(clock.today().replace(year=2023, month=3, day=1)):
        load(only("D001", catalogue).write())
        assert ProductVersion.objects.get().published_at == clock.now()
