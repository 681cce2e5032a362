"""Nobody gets past a door, to a thing or at a word that is not theirs, at any address."""

import shutil
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings as house
from django.test import Client, override_settings
from django.urls import reverse

from search.services import ensure_current
from tests.contracts.isolation.matrix import matrix, may_read
from tests.contracts.isolation.things import ANONYMOUS, Person, World
from tests.contracts.isolation.walk import Step, answer, body, leaks, names, nowhere, plain, spoken, status_is, steps
from tests.contracts.isolation.world import PASSWORD

PEOPLE = (
    ANONYMOUS,
    *("firm_a", "firm_b", "firm_c", "talent", "team"),
    *("x_maker", "x_checker", "y_maker", "head", "guarantor"),
    *("officer_now", "officer_backup", "officer_former", "officer_bank", "officer_desk"),
    *("lead", "other_lead", "clerk", "signer", "admin", "nobody", "disabled", "disabled_bank", "disabled_office"),
    *("sysadmin", "secadmin", "auditadmin"),
)
METHODS = ("GET", "POST")
NO_SUCH_METHOD = 405


@pytest.fixture(scope="module")
def index(city, tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    shutil.copytree(Path(house.DATA_DIR) / "claims", folder / "claims")
    with override_settings(DATA_DIR=folder):
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
    assert sorted(matrix()["routes"]) == names()


@pytest.mark.parametrize("name", PEOPLE)
def test_every_address_for_everybody(world, index, visit, name, record_property):
    person = world.people[name]
    client = visit(person)
    found, walked, nothing = [], 0, {}
    for step in steps(world, person):
        for method in matrix()["routes"][step.route].get("methods", METHODS):
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


SETTING_UP = {"mfa_index", "mfa_activate_totp", "mfa_view_recovery_codes", "mfa_reauthenticate"} | {
    *("account_reauthenticate", "account_change_password", "account_logout", "frontend:logout")
}


def addresses():
    """One address a route, whatever it names."""
    for route, row in matrix()["routes"].items():
        args = row.get("args", [[]])[0]
        named = args if isinstance(args, list) else [args]
        yield route, nowhere(route) if "thing" in row else reverse(route, args=named)


@pytest.mark.parametrize("set_up", [False, True])
def test_with_the_password_alone_nobody_of_staff_gets_anywhere(world, index, visit, settings, set_up):
    """Logged in without the second factor that the role needs: every address leads to it, or helps to set it up."""
    settings.MFA_REQUIRED = True
    person, found = world.people["x_checker"], []
    if set_up:
        TOTP.activate(person.user, generate_totp_secret())
    client, goal = visit(person), "/me/security/verify/" if set_up else "/me/security/totp/"
    for route, path in addresses():
        for method in METHODS:
            if route in SETTING_UP:
                continue
            response = answer(client, Step(route, path, None, ""), method)
            if (response.status_code, response.headers.get("Location")) != (302, goal):
                found.append(f"{method} {path}: {response.status_code} {response.headers.get('Location')}")
    assert found == []


def test_between_password_and_code_one_is_a_visitor(world, index, visit, settings):
    settings.MFA_REQUIRED = True
    person, visitor, found = world.people["x_checker"], world.people[ANONYMOUS], []
    TOTP.activate(person.user, generate_totp_secret())
    client = Client()
    entered = client.post("/login/", {"username": "x_checker", "password": PASSWORD})
    assert entered["Location"].startswith("/login/verify/")
    for step in steps(world, visitor):
        if step.route in ("account_login", "frontend:login", "mfa_authenticate"):
            continue
        response, api = answer(client, step, "GET"), step.route.startswith("v1:")
        if response.status_code != NO_SUCH_METHOD and not status_is(step.wanted, response, api=api):
            found.append(f"{step.path}: {response.status_code}, not {step.wanted}")
    assert found == []
