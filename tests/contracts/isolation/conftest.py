"""One city for all of a module: built once, left as it was found."""

import pytest
from django.db import transaction

from common import clock
from tests.contracts.isolation.world import TODAY, build


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def world(city, db):
    with clock.at(TODAY):
        yield city
