"""A message leaves the site only where its reader asked for it, and once a channel."""

import http.server
import json
import threading

import pytest
from django.core import mail

from accounts import channels, deliveries, tasks
from accounts.models import ChannelChoice, Delivery
from accounts.services import notify
from common import clock
from common.errors import Invalid

pytestmark = pytest.mark.django_db


@pytest.fixture
def choose(firm_user):
    def made(**addresses):
        deliveries.channels_choose(actor=firm_user, **addresses)
        return firm_user

    return made


@pytest.fixture
def adapters(settings):
    def use(**paths):
        settings.CHANNELS = settings.CHANNELS | paths

    return use


def test_nothing_leaves_the_site_unless_asked_for(firm_user):
    assert notify(users=[firm_user], key="a", title="新派单") == 1
    assert not Delivery.objects.exists()
    assert tasks.hand_over_deliveries() == 0


def test_a_message_goes_out_once_by_mail(choose, adapters):
    adapters(mail="accounts.channels.Mail")
    user = choose(mail="someone@example.com")
    for _ in range(3):
        notify(users=[user], key="a", title="新派单", body="请在 1 个工作日内响应。")
        tasks.hand_over_deliveries()
    delivery = Delivery.objects.get()
    assert not tasks.send_delivery(delivery.pk)
    assert [(m.to, m.subject, m.body) for m in mail.outbox] == [
        (["someone@example.com"], "新派单", "请在 1 个工作日内响应。")
    ]
    assert mail.outbox[0].extra_headers["Message-ID"] == f"<{delivery.effect}@localhost>"
    assert delivery.sent_at is not None


def test_what_cannot_be_sent_waits_longer_each_time_and_is_kept(choose, adapters, settings):
    adapters(sms="accounts.channels.HttpSms")
    settings.SMS_URL = "http://127.0.0.1:1/send"
    notify(users=[choose(sms="13800000000")], key="a", title="新派单")
    assert tasks.hand_over_deliveries() == 1
    delivery = Delivery.objects.get()
    assert (delivery.attempts, delivery.sent_at, delivery.claimed_until) == (1, None, None)
    assert delivery.last_error == "短信网关连不上，请检查 SMS_URL 与网络。"
    assert tasks.hand_over_deliveries() == 0
    with clock.at(delivery.due_at):
        assert tasks.hand_over_deliveries() == 1
    delivery.refresh_from_db()
    assert delivery.attempts == 2


def test_a_sender_that_died_is_followed_by_another_after_its_lease(choose, adapters, settings, tmp_path):
    adapters(sms="accounts.channels.Folder")
    settings.DATA_DIR = tmp_path
    notify(users=[choose(sms="13800000000")], key="a", title="新派单")
    delivery = Delivery.objects.get()
    Delivery.objects.update(claimed_until=clock.now() + deliveries.LEASE)
    assert not deliveries.send(delivery.pk)
    with clock.at(clock.now() + deliveries.LEASE):
        assert deliveries.send(delivery.pk)
    (file,) = (tmp_path / "outbox").iterdir()
    assert json.loads(file.read_text("utf-8")) == {
        "effect": delivery.effect,
        "address": "13800000000",
        "title": "新派单",
        "text": "",
    }


@pytest.fixture
def gateway():
    """A gateway that keeps what it is sent."""
    received = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            received.append((self.headers["Idempotency-Key"], self.headers["Authorization"], body))
            self.send_response(401 if self.headers["Authorization"] == "Bearer wrong" else 202)
            self.end_headers()

        def log_message(self, *arguments):
            """Quiet."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/send", received
    server.shutdown()
    server.server_close()


def test_the_gateway_gets_the_identity_of_the_effect(gateway, settings):
    settings.SMS_URL, received = gateway
    settings.SMS_TOKEN = "right"
    channels.HttpSms().send(address="13800000000", title="新派单", text="", effect="e1")
    assert received == [("e1", "Bearer right", {"to": "13800000000", "text": "新派单", "id": "e1"})]
    settings.SMS_TOKEN = "wrong"
    with pytest.raises(channels.CannotSend, match="答复 401"):
        channels.HttpSms().send(address="13800000000", title="新派单", text="", effect="e2")


@pytest.mark.parametrize("wrong", [{"mail": "nobody"}, {"sms": "12345"}, {"sms": "13800000000\n"[:-1] + "x"}])
def test_an_address_that_cannot_be_is_refused(choose, wrong):
    with pytest.raises(Invalid, match="写得不对"):
        choose(**wrong)
    assert not ChannelChoice.objects.exists()


def test_a_way_out_is_closed_again(choose):
    choose(mail="a@example.com", sms="13800000000")
    assert ChannelChoice.objects.count() == 2
    choose(mail="a@example.com")
    assert [str(c.channel) for c in ChannelChoice.objects.all()] == ["mail"]
