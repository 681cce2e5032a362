"""A consent withdrawn or run out is gone from pages and API at once; needs are in no index at all."""

from datetime import timedelta

import pytest
from django.test import Client

from common import clock
from common.models import AuditEvent
from enterprises.models import Consent
from enterprises.services import consent_withdraw
from search import registry
from tests.contracts.isolation.things import canary
from tests.contracts.isolation.walk import body
from tests.search.shelf import SHELF

READ = ("/desk/", "/desk/inbox/", "/desk/pool/", "/messages/", "/api/v1/needs/")
WORDS = (canary("A", "purpose-open"), canary("A", "user"))


@pytest.fixture
def desk(world):
    client = Client()
    client.force_login(world.people["x_maker"].user)
    return client


@pytest.fixture
def consents(world):
    need = next(thing.obj for thing in world.of("need") if canary("A", "purpose-open") in thing.words)
    return list(Consent.objects.filter(need=need, institution__name="X测试机构").order_by("pk"))


def pages(consents):
    referral = consents[0].need.referrals.get(institution=consents[0].institution)
    return (*READ, f"/desk/referrals/{referral.code}/", f"/referrals/{referral.code}/")


def shown(client, consents):
    # The name stays where the list's push told it on the department's basis; the need is the consent's alone.
    return [word for page in pages(consents) for word in WORDS if word in body(client.get(page, follow=True))]


def test_withdrawn_is_gone_at_once(world, desk, consents):
    assert shown(desk, consents) == [canary("A", "purpose-open")] * 2
    for consent in consents:
        consent_withdraw(actor=world.people["firm_a"].user, consent=consent)
    assert shown(desk, consents) == []


def test_expired_is_gone_on_the_moment(desk, consents):
    with clock.at(max(consent.expires_at for consent in consents) + timedelta(seconds=1)):
        desk.force_login(consents[0].given_by.__class__.objects.get(username="x_maker"))
        assert shown(desk, consents) == []


def test_no_index_holds_needs_or_firms(world):
    """What is not indexed cannot linger there: products are the only documents, beside the search tests' own shelf."""
    assert [document.name for document in registry.documents() if document is not SHELF] == ["products"]


def test_a_telephone_is_shown_with_a_reason_and_written_down(world):
    officer, party = world.people["officer_now"].user, world.of("contact")[0].obj
    client = Client()
    client.force_login(officer)
    page = f"/contacts/{party.code}/"
    number = "0477-7765"
    assert number not in body(client.get(page))
    refused = client.post(page, {"reason": ""})
    assert (refused.status_code, number in body(refused)) == (422, False)
    assert not AuditEvent.objects.filter(action="personal_data_view").exists()
    given = client.post(page, {"reason": "first"})
    assert number in body(given)
    assert "no-store" in given["Cache-Control"]
    event = AuditEvent.objects.get(action="personal_data_view")
    assert (event.actor_id, event.object_id, event.data) == (
        officer.pk,
        str(party.pk),
        {"what": "contact", "reason": "first"},
    )
    assert party.uscc not in str(event.data)


def test_a_refused_read_is_written_down(world):
    reader, party = world.people["officer_former"].user, world.of("contact")[0].obj
    client = Client()
    client.force_login(reader)
    assert client.get(f"/officer/cases/{party.code}/").status_code == 404
    event = AuditEvent.objects.filter(action="denied_read", actor_id=reader.pk).get()
    assert event.data == {"page": "frontend:officer_case", "code": party.code, "status": 404}
