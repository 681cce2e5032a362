"""Each floor imports only floors below it, by import and by foreign key; and the check really bites."""

import shutil
import subprocess
import sys

import pytest
from django.apps import apps
from django.conf import settings

from tests.contracts.source import FLOORS, ROOT, product_files, short


@pytest.fixture
def copy(tmp_path):
    """The floors and the lint configuration, somewhere they may be broken."""
    for path in product_files():
        target = tmp_path / short(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder):
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={"PYTHONPATH": str(folder), "PATH": ""}, check=False
    )


def test_the_floors_hold(copy):
    result = lint(copy)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("lower", "upper"),
    [("common", "accounts"), ("search", "products"), ("enterprises", "matching"), ("products", "frontend")],
)
def test_a_floor_broken_on_purpose_is_caught(copy, lower, upper):
    (copy / lower / "broken_on_purpose.py").write_text(f"import {upper}\n")
    result = lint(copy)
    assert result.returncode != 0
    assert f"{lower}.broken_on_purpose" in result.stdout


def foreign_keys_upward(order):
    """(model.field, target) of relations that point to a floor above; the user model is exempt."""
    rank = {name: number for number, name in enumerate(order)}
    return [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in rank
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model is not None
        if field.related_model._meta.label != settings.AUTH_USER_MODEL
        if rank.get(field.related_model._meta.app_label, -1) > rank[model._meta.app_label]
    ]


def test_foreign_keys_point_down():
    assert foreign_keys_upward(FLOORS) == []


def test_the_foreign_key_check_bites_when_the_order_is_wrong():
    upside_down = tuple(reversed(FLOORS))
    assert any("enterprises.Fact.party" in text for text in foreign_keys_upward(upside_down))
