"""An import is not undone by what the index cannot hold: it says which product waits, and why."""

from pathlib import Path

import pytest
from django.core.management import call_command

from products import documents

CATALOGUE = Path(__file__).resolve().parents[2] / "products" / "data" / "products.csv"


@pytest.mark.django_db
def test_an_import_names_the_product_that_could_not_be_indexed(capsys, settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    # The catalogue's limits keep such a figure out; a later rule or a hand in the database may not.
    monkeypatch.setitem(documents.CATEGORY_WORDS, "保", 5)
    call_command("import_products", str(CATALOGUE))
    out, err = capsys.readouterr()
    assert "新增 172" in out
    assert "未能编入检索索引" in err
    assert "B001：" in err
    assert "D001：" not in err
