"""The system administrator keeps accounts and the house running, and reads nobody's business."""

from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests.contracts.isolation.matrix import matrix
from tests.contracts.isolation.walk import leaks

# Accounts and whose they are; the house's own; the plan, which everybody reads.
KEPT = {
    "Group User Party PartyName Grant CalendarOverride AuditEvent Job OutboxMessage TransitionLog Delivery",
    "Plan Measure MeasureUnit Indicator",
}


def pages():
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        yield from (reverse(f"{name}_change", args=[row.pk]) for row in model._default_manager.order_by("-pk")[:60])


def test_only_what_an_administrator_needs_is_registered():
    assert {model.__name__ for model in admin.site._registry} == {name for line in KEPT for name in line.split()}


def test_no_page_of_it_tells_business(world):
    person, client, found = world.people["admin"], Client(), []
    client.force_login(person.user)
    for page in pages():
        response = client.get(page)
        assert response.status_code == 200, page
        found += [f"{page}: {word}" for word in leaks(world, person, response)]
    assert found == []


def test_nobody_else_gets_in(world):
    for person in world.people.values():
        if person.user is None or person.name in ("admin", "system"):
            continue
        client = Client()
        client.force_login(person.user)
        # 三员 are sent nowhere: they have rooms of their own.
        assert client.get("/admin/").status_code == (403 if person.role in matrix()["rooms"] else 302)
