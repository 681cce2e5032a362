"""Nobody gets past a door, to a thing or at a word that is not theirs, at any address."""

import pytest
from django.test import Client, override_settings

from search.services import ensure_current
from tests.contracts.isolation.matrix import matrix, may_read
from tests.contracts.isolation.things import ANONYMOUS, Person, World
from tests.contracts.isolation.walk import answer, body, leaks, names, nowhere, plain, spoken, status_is, steps

PEOPLE = (
    ANONYMOUS,
    *("firm_a", "firm_b", "firm_c", "talent", "team"),
    *("x_maker", "x_checker", "y_maker", "head", "guarantor"),
    *("officer_now", "officer_backup", "officer_former", "officer_bank", "officer_desk"),
    *("lead", "other_lead", "clerk", "signer", "admin", "nobody", "disabled", "disabled_bank", "disabled_office"),
)
METHODS = ("GET", "POST")
NO_SUCH_METHOD = 405


@pytest.fixture(scope="module")
def index(city, tmp_path_factory):
    with override_settings(DATA_DIR=tmp_path_factory.mktemp("index")):
        ensure_current()
        yield


@pytest.fixture
def visit(world: World):
    """A browser in which the person is logged in, or was until the account was closed."""

    def as_person(person: Person) -> Client:
        client = Client(raise_request_exception=True)
        if person.user is not None:
            client.force_login(person.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return as_person


def test_every_address_has_a_row_and_every_row_an_address():
    assert sorted([*matrix()["routes"], *matrix()["unjudged"]]) == names()


@pytest.mark.parametrize("name", PEOPLE)
def test_every_address_for_everybody(world, index, visit, name, record_property):
    person = world.people[name]
    client = visit(person)
    found, walked, nothing = [], 0, {}
    for step in steps(world, person):
        for method in METHODS:
            response = answer(client, step, method)
            if response.status_code == NO_SUCH_METHOD:
                continue
            walked += 1
            where = f"{method} {step.path} {step.thing.kind if step.thing else ''}"
            wanted = step.wanted
            # An empty form names no action: that is an answer of the page, not of the door.
            settled = method == "POST" and wanted == "opened" and response.status_code == 404
            if not settled and not status_is(wanted, response, api=step.route.startswith("v1:")):
                found.append(f"{where}: {response.status_code}, not {wanted}")
            found += [f"{where}: {word}" for word in leaks(world, person, response, step.route)]
            if wanted == "404" and step.thing is not None and response.status_code == 404:
                never = nothing.get(step.route) or nothing.setdefault(step.route, client.get(nowhere(step.route)))
                if (
                    method == "GET"
                    and step.thing.kind not in matrix()["routes"][step.route].get("known", ())
                    and plain(response, step.path) != plain(never, nowhere(step.route))
                ):
                    found.append(f"{where}: says more than for a code that never was")
    assert found == []
    assert walked > 100
    record_property("proof", f"{name} 走遍全部地址 {walked} 次：越权 0，他人字样泄露 0")


@pytest.mark.parametrize("path", ["/products/?q=", "/api/v1/products/search/?q="])
def test_words_are_not_found_by_searching_for_them(world, index, visit, path):
    """One thing of each kind, asked for by a stranger: what was asked is repeated, and nothing else of it told."""
    person, found = world.people["firm_b"], []
    client = visit(person)
    for thing in {item.kind: item for item in world.things if item.words and not may_read(person, item)}.values():
        text = body(client.get(f"{path}{thing.words[0]}")).replace(thing.words[0], "")
        found += [f"{thing.words[0]}: {word}" for word in spoken(world, person, text)]
    assert found == []
