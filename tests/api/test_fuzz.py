"""Schemathesis over the whole schema, one run a role: no 5xx, and no answer that the schema does not describe."""

import os
from collections import Counter

import pytest
import schemathesis
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.api_clients import SCOPES, client_open
from accounts.models import Role
from config.wsgi import application
from matching.cases.referrals import referral_create
from tests.api.conftest import token_for
from tests.matching.chain import make_chain, staff

# The application is called beside the test's own transaction, whose connection PostgreSQL then finds closed.
pytestmark = pytest.mark.skipif(connection.vendor == "postgresql", reason="模糊测试在 SQLite 上运行")
CASES = 2_000 if os.environ.get("PROVE") else 100
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
CSRF = "a" * 32


@pytest.fixture
def world(db):
    """A case in the middle of its way."""
    chain = make_chain()
    chain.consent()
    chain.product()
    referral_create(actor=chain.firm_user, need=chain.need, institution=chain.banks[0], channel="chosen")
    return chain


def headers_of(world, role):
    """How a role shows who it is."""
    if role == "visitor":
        return {}
    if role == "bank system":
        client, secret = client_open(actor=world.checkers[0], name="模糊", scopes=list(SCOPES))
        return {"Authorization": f"Bearer {token_for(client.client_id, secret).json()['access_token']}"}
    users = {
        "firm": world.firm_user,
        "office": world.office,
        "officer": staff(world.system, "fuzz", world.banks[2], Role.OFFICER),
    }
    browser = Client()
    browser.force_login(users[role])
    return {"Cookie": f"sessionid={browser.cookies['sessionid'].value}; csrftoken={CSRF}", "X-CSRFToken": CSRF}


def known(world):
    """Codes and numbers that exist, by the name of the path's parameter."""
    codes = [world.need.referrals.get().code, world.need.code, "T-00", "ordos-2022-2025"]
    return {"code": st.sampled_from(codes), "number": st.just("1"), "quarter": st.just("2023Q1")}


@pytest.mark.parametrize("role", ["visitor", "firm", "bank system", "officer", "office"])
def test_nothing_sent_breaks_the_server_or_the_schema(world, role):
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 20
    headers, there = headers_of(world, role), known(world)
    answered = Counter()
    for operation in operations:

        @given(case=operation.as_strategy(), data=st.data())
        @settings(
            max_examples=max(2, CASES // len(operations)),
            database=None,
            deadline=None,
            derandomize=not os.environ.get("PROVE"),
            suppress_health_check=list(HealthCheck),
        )
        def send(case, data):
            for name in set(case.path_parameters or {}) & set(there):
                if data.draw(st.booleans()):
                    case.path_parameters[name] = data.draw(there[name])
            answer = case.call(headers=headers)
            answered[answer.status_code // 100] += 1
            case.validate_response(answer, checks=CHECKS)

        send()
    # Neither turned away at the door every time nor taken at its word.
    assert answered[2] > 0
    assert answered[4] > 0
    assert sum(answered.values()) >= CASES // 2
