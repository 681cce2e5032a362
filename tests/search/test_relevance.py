"""The real catalogue and the judged queries: every engine ranks as exact BM25 does, and all give the same answers."""

from dataclasses import replace
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from search import evaluation, language, registry, services, sync
from search.asking import Asker
from search.engines import generations
from search.plan import Plan, analyse
from search.query import SearchQuery
from tests.search import oracle

pytestmark = pytest.mark.django_db
JUDGED = evaluation.read(evaluation.JUDGED)
FACETS = ("category", "guarantees", "tags", "regions", "institution")


@pytest.fixture
def catalogue() -> None:
    call_command("import_products", settings.BASE_DIR / "products" / "data" / "products.csv", stdout=StringIO())


def overlap(left: list[str], right: list[str]) -> float:
    """Of the first ten, 0..1."""
    return len({*left[:10]} & {*right[:10]}) / min(10, len(right)) if right else float(not left)


@pytest.mark.usefixtures("catalogue")
def test_every_engine_ranks_as_exact_bm25_does(engine):
    products = registry.get("products")
    manifest = sync.rebuild(products)
    rows = [analyse(products, row) for row in products.build(sorted(products.keys()))]
    with generations.building(products.name):
        engine.build(products, rows, manifest)
    reader, exact, overlaps = engine.reader(products), oracle.Bm25(rows), []
    for judged in JUDGED:
        asked = Asker(products, language.of(products, reader), reader.share).ask(judged.query)
        plan = Plan(match=[*asked.ladder()][-1], scoring=asked.ranking(), size=10)
        page, expected = reader.search(plan), exact.ranked(plan)
        assert page.total == len(expected)
        assert [hit.value for hit in page.hits] == pytest.approx([score for _, score in expected[:10]], rel=0.02)
        overlaps.append(overlap([hit.key for hit in page.hits], [key for key, _ in expected]))
    assert sum(overlaps) / len(overlaps) >= 0.99


@pytest.mark.elasticsearch
@pytest.mark.usefixtures("catalogue")
def test_with_a_server_the_answers_are_those_without(through_server, settings):
    url, settings.SEARCH_URL = settings.SEARCH_URL, ""
    queries = [SearchQuery(text=item.query, facets=FACETS, size=10) for item in JUDGED]
    queries += [replace(query, sort="rate") for query in queries[::5]]
    alone = [services.search(query) for query in queries]
    settings.SEARCH_URL = url
    served = [services.search(query) for query in queries]
    assert {result.engine for result in served} == {"elasticsearch"}
    overlaps = []
    for here, there in zip(alone, served, strict=True):
        assert (there.total, there.exact, there.facets) == (here.total, here.exact, here.facets)
        assert (there.corrected, there.understood) == (here.corrected, here.understood)
        keys = [[hit.key for hit in result.hits] for result in (there, here)]
        overlaps.append(overlap(*keys))
        marks = {hit.key: hit.highlights for hit in here.hits}
        assert all(marks.get(hit.key, hit.highlights) == hit.highlights for hit in there.hits)
    for here, there in zip(alone[len(JUDGED) :], served[len(JUDGED) :], strict=True):
        assert [hit.key for hit in there.hits] == [hit.key for hit in here.hits]
    assert sum(overlaps) / len(overlaps) >= 0.99


@pytest.mark.elasticsearch
@pytest.mark.usefixtures("catalogue", "through_server")
def test_the_commands_work_through_a_server(capsys):
    call_command("rebuild_index", check=False, json=True)
    call_command("search", "知识产权质押", json=True)
    call_command("evaluate_search", json=True)
    built, found, report = capsys.readouterr().out.splitlines()
    assert '"products": 172' in built
    assert '"engine": "elasticsearch"' in found
    assert '"queries": 63' in report


@pytest.mark.elasticsearch
@pytest.mark.usefixtures("through_server")
@pytest.mark.parametrize(
    "text", ["贷 " * 200, "贷款" * 100, "x" * 200, "一二三四五六七八九十" * 20, "\ud800贷", "name:贷 AND (OR"]
)
def test_hostile_text_does_not_make_the_server_fail(text, catalogue):
    assert services.search(SearchQuery(text=text, facets=FACETS)).engine == "elasticsearch"
