"""Schemathesis over the whole schema, one run a role: no 5xx, and no answer that the schema does not describe."""

from collections import Counter
from contextlib import contextmanager

import pytest
import schemathesis
from django.core import signals
from django.db import close_old_connections
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
from tests.houses import PROVE
from tests.matching.chain import make_chain, staff

CASES = 2_000 if PROVE else 100
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


@contextmanager
def connection_kept():
    """A request begins and ends by closing a connection whose transaction it does not know: here the test's own.

    Django's test client leaves that out too, and puts it back whenever it is used.
    """
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    try:
        yield
    finally:
        signals.request_started.connect(close_old_connections)
        signals.request_finished.connect(close_old_connections)


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
def test_nothing_sent_breaks_the_server_or_the_schema(world, role, record_property):
    headers, there = headers_of(world, role), known(world)
    answered = Counter()

    def send_to(operation):
        @given(case=operation.as_strategy(), data=st.data())
        @settings(
            max_examples=max(2, CASES * 11 // 10 // operations_count),
            database=None,
            deadline=None,
            derandomize=not PROVE,
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

    with connection_kept():
        schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
        operations = [found.ok() for found in schema.get_all_operations()]
        operations_count = len(operations)
        assert operations_count > 20
        for operation in operations:
            send_to(operation)
    # Neither turned away at the door every time nor taken at its word.
    assert answered[2] > 0
    assert answered[4] > 0
    assert answered[5] == 0
    assert answered.total() >= CASES // 2
    told = "、".join(f"{kind}xx {count}" for kind, count in sorted(answered.items()))
    record_property(
        "proof", f"{role}：{operations_count} 个操作，{answered.total()} 次请求（{told}），5xx 0，与规格不符 0"
    )
