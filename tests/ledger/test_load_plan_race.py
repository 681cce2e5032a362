"""Two hands on load_plan at once, on a database that holds nothing yet."""

import threading
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import Party, User
from common import audit
from ledger.models import Plan


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_one_loads_and_the_others_find_it_unchanged():
    barrier = threading.Barrier(4)

    def attempt(number):
        out = StringIO()
        try:
            barrier.wait(timeout=30)
            call_command("load_plan", stdout=out)
        finally:
            connection.close()
        return out.getvalue()[:3]

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == ["已载入", "未变化", "未变化", "未变化"]
    assert (Plan.objects.count(), User.objects.filter(username="system:导入").count()) == (1, 1)
    names = list(Party.objects.order_by("pk").values_list("name", flat=True))
    assert len(names) == len(set(names))
    assert audit.verify()[1] == []
