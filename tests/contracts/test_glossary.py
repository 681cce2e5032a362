"""docs/glossary.md maps 中文 to code names that really exist."""

import re

from tests.contracts.source import ROOT, product_files

ROW = re.compile(r"^\| ([^|]+) \| `([^`]+)` \|", re.MULTILINE)


def rows():
    return ROW.findall((ROOT / "docs/glossary.md").read_text("utf-8"))


def test_every_code_name_in_the_glossary_exists():
    source = "\n".join(path.read_text("utf-8") for path in product_files())
    missing = [
        f"{term} = {code}" for term, code in rows() if not re.search(rf"\b{re.escape(code.split('.')[-1])}\b", source)
    ]
    assert missing == []


def test_the_glossary_names_each_term_once_and_covers_every_model():
    terms = [term.strip() for term, _ in rows()]
    assert len(terms) == len(set(terms)) > 40
    codes = {code.split(".")[-1] for _, code in rows()}
    models = set()
    for path in product_files():
        if path.name == "models.py" or path.parent.name == "models":
            models |= set(
                re.findall(r"^class (\w+)\((?:models\.Model|AbstractUser)\)", path.read_text("utf-8"), re.MULTILINE)
            )
    assert models - codes == set()
