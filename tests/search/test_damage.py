"""An index broken on disk is noticed, logged and built again; where that cannot be, a sentence says what to do."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from django.core.management import call_command

from common.errors import DomainError
from search import registry, services, sync
from search.declare import Number
from search.engines import generations, tantivy
from search.engines.tantivy import TantivyEngine
from search.query import SearchQuery
from tests.search import shelf

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture(autouse=True)
def goods(store):
    for number in range(30):
        shelf.put(f"K{number:02}", name=f"科创贷{number}", kinds=["贷"], amount=number)
    services.rebuild("shelf")


@pytest.fixture(autouse=True)
def another_process(monkeypatch):
    """Readers already open keep what they hold; a process started after the damage has nothing open."""
    monkeypatch.setattr("search.engines._embedded", TantivyEngine())


def generation() -> Path:
    directory = generations.current("shelf")
    assert directory is not None
    return directory


def home() -> Path:
    return generations.folder("shelf")


def truncate(suffix: str) -> None:
    path = next(generation().glob(f"*.{suffix}"))
    path.write_bytes(path.read_bytes()[:10])


def flip(suffix: str) -> None:
    path = next(generation().glob(f"*.{suffix}"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def replace_by_file(directory: Path) -> None:
    for path in directory.iterdir():
        path.unlink()
    directory.rmdir()
    directory.write_text("x")


def use_a_stranger() -> None:
    (home() / "gen-old-x").touch()
    (home() / "current").write_text("gen-old-x")


def occupy(path: Path, *, by_directory: bool = False) -> None:
    path.rename(path.with_name("aside"))
    if by_directory:
        path.mkdir()
    else:
        path.touch()


def occupy_lock() -> None:
    occupy(home() / "lock", by_directory=True)
    (home() / "current").unlink()


DAMAGES = {
    **{f"truncated {suffix}": partial(truncate, suffix) for suffix in ("store", "idx", "term", "fast")},
    **{f"changed {suffix}": partial(flip, suffix) for suffix in ("store", "idx", "term", "fast")},
    "no meta.json": lambda: (generation() / "meta.json").unlink(),
    "empty meta.json": lambda: (generation() / "meta.json").write_text(""),
    "no manifest": lambda: (generation() / "manifest.json").unlink(),
    "another manifest": lambda: (generation() / "manifest.json").write_text("[1]"),
    "half a manifest": lambda: (generation() / "manifest.json").write_text('{"version": "x", "names": []'),
    "pointer to nothing": lambda: (home() / "current").write_text("gen-999999-x"),
    "pointer elsewhere": lambda: (home() / "current").write_text("../.."),
    "pointer of bytes": lambda: (home() / "current").write_bytes(b"\xff\xfe\x00"),
    "empty pointer": lambda: (home() / "current").write_text(""),
    "a file for the generation": lambda: replace_by_file(generation()),
    "a stranger among the generations": use_a_stranger,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_not_current_and_the_next_search_builds_it_again(damage, caplog):
    DAMAGES[damage]()
    assert not sync.is_current(registry.get("shelf"))
    assert services.drift("shelf").missing
    result = services.search(SearchQuery(text="科创贷", facets=("kinds",)), "shelf")
    assert (result.total, result.facets["kinds"]) == (30, [("贷", 30)])
    assert any("search_index_damaged" in record.getMessage() for record in caplog.records)
    assert sync.is_current(registry.get("shelf"))


def test_an_index_of_another_release_is_built_again(monkeypatch):
    written = tantivy._schema
    wider = Number("extra", "后来的字段")
    monkeypatch.setattr(
        tantivy, "_schema", lambda document: written(replace(document, numbers=(*document.numbers, wider)))
    )
    assert not sync.is_current(registry.get("shelf"))
    assert services.search(SearchQuery(text="科创贷"), "shelf").total == 30
    assert sync.is_current(registry.get("shelf"))


OBSTACLES = {
    "a file for the folder": lambda: occupy(home()),
    "a directory for the pointer": lambda: occupy(home() / "current", by_directory=True),
    "a directory for the lock": occupy_lock,
}


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_what_cannot_be_built_again_is_said_with_the_remedy(obstacle):
    OBSTACLES[obstacle]()
    with pytest.raises(DomainError, match=r"被同名.*manage\.py rebuild_index"):
        services.search(SearchQuery(text="科创贷"), "shelf")
    with pytest.raises(DomainError, match="index/shelf"):
        call_command("rebuild_index", document="shelf")


def test_rows_left_out_are_named_by_rebuild_index(capsys):
    shelf.STORE["K01"] = {**shelf.STORE["K01"], "amount": "很多"}
    with pytest.raises(SystemExit) as ended:
        call_command("rebuild_index", document="shelf")
    assert ended.value.code == 1
    out, err = capsys.readouterr()
    assert "货架：已索引 29 条" in out
    assert "货架 K01 未能编入索引：“额度上限”应为整数，现为 很多" in err
