"""A field that an API answers or a form asks for stands in the matrix first."""

import importlib
import inspect
import pkgutil

from django import forms
from rest_framework import serializers

import frontend
from tests.contracts.isolation.matrix import matrix
from tests.contracts.source import ROOT


def declared(section):
    return {name: row["fields"] for name, row in matrix()[section].items()}


def classes(module, base):
    return {
        name: item
        for name, item in vars(importlib.import_module(module)).items()
        if inspect.isclass(item) and issubclass(item, base) and item.__module__ == module
    }


def test_every_serializer_field():
    found = {}
    for path in ROOT.glob("*/api/serializers.py"):
        app = path.parts[-3]
        for name, item in classes(f"{app}.api.serializers", serializers.BaseSerializer).items():
            found[f"{app}.{name}"] = list(item().fields)
    assert found == declared("serializers")


def test_every_form_field():
    found = {}
    for info in pkgutil.walk_packages(frontend.__path__, "frontend."):
        for name, item in classes(info.name, forms.BaseForm).items():
            found[name] = list(item.base_fields)
    assert found == declared("forms")
