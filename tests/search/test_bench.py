"""The bench runs, compares like with like, and says null for what is not there. No time is asserted."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def run(count: int):
    out = StringIO()
    call_command("bench_search", docs=count, stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def test_all_engines_find_the_same_and_what_is_absent_is_null(monkeypatch, tmp_path):
    monkeypatch.setattr("search.management.commands.bench_search.PEER_PYTHON", tmp_path / "none")
    monkeypatch.setattr("search.management.commands.bench_search.NAMES", 100)
    found = run(60)
    assert found["docs"] == 60
    assert found["ratios"]["fts5"] > 0
    absent = {name for name, ratio in found["ratios"].items() if ratio is None}
    assert {"numpy", "whoosh", "bm25s", "elasticsearch"} <= absent
    assert found["against_exact"]["tantivy"] is None
    assert found["same_top_ten_after_shuffled_rebuild"] is True
    assert found["or_with_facets_ms"]["tantivy"]["n"] == 150
    assert found["change_visible_ms"]["n"] == 2
    assert found["suggestions_ms"]["p95"] > 0


@pytest.mark.elasticsearch
def test_the_server_is_in_the_same_table(through_server):
    assert run(60)["ratios"]["elasticsearch"] > 0
