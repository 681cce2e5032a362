"""Events reach the bank's address signed, again after failures, and never an address inside the house."""

import json
import socket
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from accounts import sealed
from accounts.models import WebhookDelivery, WebhookEndpoint
from accounts.webhooks import sending, target
from accounts.webhooks.endpoints import emit, endpoint_add, endpoint_end
from common import clock
from common.errors import Invalid
from common.models import IdempotentCall
from tests.api.conftest import codes


@contextmanager
def receiver(statuses=(200,)):
    """A small server that answers with ``statuses`` in turn (the last one for ever); yields (url, what came)."""
    came, answers = [], list(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append((dict(self.headers), body))
            status = answers.pop(0) if len(answers) > 1 else answers[0]
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", came
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def endpoint(chain):
    def add(url, *events):
        return endpoint_add(actor=chain.bankers[0], url=url, events=events or ["referral.dispatched"])

    return add


def test_a_new_referral_is_told_and_the_signature_is_the_standards(chain, endpoint, request):
    with receiver() as (url, came):
        hook = endpoint(url)
        request.getfixturevalue("pending")
        # The library compares with the real time.
        with clock.at(real()):
            assert sending.send_due() == 1
            headers, body = came[0]
            told = Webhook(hook.secret).verify(body, headers)
            with pytest.raises(WebhookVerificationError):
                Webhook(hook.secret).verify(body + b" ", headers)
    assert told["type"] == "referral.dispatched"
    assert set(told["data"]) == {"referral", "state", "due_on"}
    assert chain.firm.name not in body.decode()
    assert sending.send_due() == 0


def real():
    from datetime import UTC, datetime

    return datetime.now(UTC)


def test_failures_are_tried_again_later_and_then_given_up(chain, endpoint):
    with receiver([500, 302, 200]) as (url, came):
        endpoint(url)
        emit(chain.banks[0], "referral.dispatched", {})
        assert sending.send_due() == 0
        row = WebhookDelivery.objects.get()
        assert (row.attempts, row.last_status, row.last_error) == (1, 500, "对方应答 500")
        assert sending.send_due() == 0  # not due yet
        with clock.at(row.due_at):
            sending.send_due()
        row.refresh_from_db()
        assert row.last_error == "对方应答 302，不跟随跳转"
        with clock.at(row.due_at):
            assert sending.send_due() == 1
        assert [headers["webhook-id"] for headers, _ in came] == [row.message_id] * 3
    with receiver([500]) as (url, came):
        endpoint(url)
        WebhookEndpoint.objects.exclude(url=url).update(ended_at=clock.now())
        emit(chain.banks[0], "referral.dispatched", {})
        moment = clock.now()
        for _ in range(12):
            moment += timedelta(days=1)
            with clock.at(moment):
                sending.send_due()
        assert len(came) == 1 + len(sending.PAUSES)
        assert WebhookDelivery.objects.first().due_at is None


def test_a_bank_hears_of_its_own_only_and_of_what_it_wants(chain, endpoint):
    with receiver() as (url, _):
        endpoint(url, "whitelist.pushed")
        assert emit(chain.banks[0], "referral.dispatched", {}) == 0
        assert emit(chain.banks[1], "whitelist.pushed", {}) == 0
        hook = WebhookEndpoint.objects.get()
        assert emit(chain.banks[0], "whitelist.pushed", {}) == 1
        endpoint_end(actor=chain.bankers[0], endpoint=hook)
        assert sending.send_due() == 0
        assert emit(chain.banks[0], "whitelist.pushed", {}) == 0


def test_the_api_registers_lists_resends_and_ends(system, open_system, chain):
    with receiver() as (url, came):
        made = system.call("POST", "webhooks/", {"url": url, "events": ["whitelist.pushed"]})
        assert made.json()["secret"].startswith("whsec_")
        assert "secret" not in system.call("GET", "webhooks/").json()[0]
        emit(chain.banks[0], "whitelist.pushed", {"push": 1})
        sending.send_due()
        row = system.call("GET", "webhook-deliveries/").json()["results"][0]
        assert row["delivered_at"]
        system.call("POST", f"webhook-deliveries/{row['id']}/resend/")
        sending.send_due()
        assert len(came) == 2
        other = open_system(chain.checkers[1])
        assert other.call("GET", "webhook-deliveries/").json()["results"] == []
        assert other.call("POST", f"webhook-deliveries/{row['id']}/resend/").status_code == 404
        number = made.json()["id"]
        assert other.call("DELETE", f"webhooks/{number}/").status_code == 404
        assert system.call("DELETE", f"webhooks/{number}/").json()["ended_at"]
        bad = system.call("POST", "webhooks/", {"url": "https://10.0.0.1/", "events": ["whitelist.pushed"]})
        assert (bad.status_code, codes(bad)) == (422, ["invalid"])


def test_a_kept_answer_is_unreadable_in_the_table_and_outlives_a_change_of_key(system, settings):
    with receiver() as (url, _):
        hook = {"url": url, "events": ["whitelist.pushed"]}
        first = system.call("POST", "webhooks/", hook, key="a").json()
        assert first["secret"] not in str(IdempotentCall.objects.get().response)
        settings.DATA_KEYS = ["new", *settings.DATA_KEYS]
        sealed.reseal()
        settings.DATA_KEYS = ["new"]
        again = system.call("POST", "webhooks/", hook, key="a")
    assert (again.json(), again["Idempotent-Replayed"]) == (first, "true")


HOSTS = """127.0.0.1 127.1 0 0.0.0.0 2130706433 0x7f000001 0177.0.0.1 127.0.0.1. localhost [::1] [::] [::ffff:127.0.0.1]
[::ffff:7f00:1] [64:ff9b::7f00:1] [2002:7f00:1::] [2001:0:7f00:1::] [fe80::1] [fc00::1] [fd12:3456::1] 10.0.0.1 10.1.2.3
172.16.0.1 172.31.255.255 192.168.0.1 192.168.255.255 169.254.169.254 [::ffff:169.254.169.254] 2852039166 0xa9fea9fe
100.64.0.1 100.100.100.200 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.9 224.0.0.1 [ff02::1] 240.0.0.1
255.255.255.255 [fd00:ec2::254] 0x0a000001 012.0.0.1""".split()
FORMS = ("https://{}/", "https://{}:443/x", "https://{}:8443/?q=1", "http://{}/", "https://{}:22/")


@pytest.mark.parametrize("host", HOSTS)
def test_addresses_inside_are_refused_however_they_are_written(settings, host):
    settings.WEBHOOK_LOOPBACK = False
    for form in FORMS:
        with pytest.raises(Invalid, match="推送地址不能用"):
            target.resolve(form.format(host))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://x/",
        "javascript:alert(1)",
        "https://user:pw@example.com/",
        "https://example.com@127.0.0.1/",
        "https://example.com#@127.0.0.1/",
        "https://exam ple.com/",
        "https://例子.测试/",
        "https://example.com\\@127.0.0.1/",
        "https://[::1/",
        "https://example.com:99999/",
        "https://" + "a" * 600,
        "https://a\r\nHost: b/",
    ],
)
def test_odd_addresses_are_refused(settings, url):
    settings.WEBHOOK_LOOPBACK = False
    with pytest.raises(Invalid):
        target.resolve(url)


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch, settings):
    """A name that answers with a public address first and a private one later gains nothing."""
    settings.WEBHOOK_LOOPBACK = False
    answers = ["93.184.216.34", "127.0.0.1"]
    asked = []

    def resolver(host, port, **kwargs):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers[min(len(asked), 2) - 1], port))]

    dialled = []

    def dial(address, timeout):
        dialled.append(address)
        raise OSError("nobody there")

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    monkeypatch.setattr(socket, "create_connection", dial)
    found = target.resolve("https://hooks.example.com/x")
    with pytest.raises(OSError, match="nobody there"):
        target.post(found, b"{}", {})
    assert (dialled, asked) == ([("93.184.216.34", 443)], ["hooks.example.com"])
    with pytest.raises(Invalid):
        target.resolve("https://hooks.example.com/x")


def test_one_private_address_among_public_ones_is_enough(monkeypatch, settings):
    settings.WEBHOOK_LOOPBACK = False
    both = [(2, 1, 6, "", (ip, 443)) for ip in ("93.184.216.34", "10.0.0.5")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: both)
    with pytest.raises(Invalid, match="内网"):
        target.resolve("https://example.com/")


def test_what_is_sent_is_compact_json(chain, endpoint):
    with receiver() as (url, came):
        endpoint(url)
        emit(chain.banks[0], "referral.dispatched", {"说明": "新"})
        sending.send_due()
        assert json.loads(came[0][1])["data"] == {"说明": "新"}
