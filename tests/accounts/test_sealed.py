"""What stands encrypted: unreadable in the table, read by its reader, moved to a new key, refused without one."""

import pytest
from django.core.exceptions import FieldError
from django.db import connection

from accounts import sealed
from accounts.deliveries import channels_choose
from accounts.models import ChannelChoice
from accounts.selectors import channels_of
from common.errors import Conflict

PHONE = "13812345678"


@pytest.fixture
def chosen(firm_user):
    channels_choose(actor=firm_user, sms=PHONE)
    return firm_user


def stored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM accounts_channelchoice ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def write(text):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_channelchoice SET address = %s", [text])


def test_the_table_holds_no_telephone_and_its_reader_does(chosen):
    assert PHONE not in stored()[0]
    assert channels_of(chosen) == {"sms": PHONE}
    assert not ChannelChoice.objects.filter(address=PHONE).exists()
    with pytest.raises(FieldError):
        ChannelChoice.objects.filter(address__contains="138").exists()


def test_a_new_key_takes_over_and_the_old_one_may_go(chosen, settings):
    old, before = settings.DATA_KEYS, stored()
    settings.DATA_KEYS = ["new", *old]
    assert channels_of(chosen) == {"sms": PHONE}
    assert sealed.reseal() >= 1
    assert stored() != before
    settings.DATA_KEYS = ["new"]
    assert channels_of(chosen) == {"sms": PHONE}
    settings.DATA_KEYS = old
    with pytest.raises(Conflict, match="数据密钥与数据库不符"):
        channels_of(chosen)


def test_rows_of_before_are_sealed_and_can_be_put_back(chosen):
    write(PHONE)
    assert channels_of(chosen) == {"sms": PHONE}
    assert sealed.seal_rows(ChannelChoice, ["address"]) == 1
    assert PHONE not in stored()[0]
    sealed.unseal_rows(ChannelChoice, ["address"])
    assert stored() == [PHONE]
