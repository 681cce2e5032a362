"""Where a message may be sent: https to public addresses only, and to the very address that was checked."""

import ipaddress
import socket
import ssl
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

from django.conf import settings

from common.errors import Invalid

PORTS = (443, 8443)
TIMEOUT = 5
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Target:
    """A checked address: ``ip`` is what gets connected to, whatever the name says a moment later."""

    secure: bool
    host: str
    port: int
    path: str
    ip: str


def resolve(url: str) -> Target:
    """Check ``url`` and look its name up once; Invalid (field ``url``) with the reason in Chinese."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _refused("写法不对，应为 https://域名/路径") from error
    if not host or len(url) > 500 or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise _refused("写法不对，应为 https://域名/路径")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _refused("不能带用户名、口令或 # 片段")
    loopback = settings.WEBHOOK_LOOPBACK and host in ("127.0.0.1", "localhost")
    if parts.scheme != "https" and not (loopback and parts.scheme == "http"):
        raise _refused("只能用 https")
    secure = parts.scheme == "https"
    at = port or (443 if secure else 80)
    if at not in PORTS and not loopback:
        raise _refused("端口只能是 443 或 8443")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, host, at, path, _looked_up(host, at, loopback))


def post(target: Target, body: bytes, headers: dict[str, str]) -> int:
    """Send ``body`` and return the status; OSError or HTTPException when there is none. Redirects are not followed."""
    connection = _Pinned(target) if target.secure else _PlainPinned(target)
    try:
        connection.request("POST", target.path, body, headers)
        # The body of the answer is nothing to us, so none of it is read.
        return connection.getresponse().status
    finally:
        connection.close()


def public(address: Address) -> bool:
    """True for an address of the public internet, whatever notation hides a private one inside it."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return public(address.ipv4_mapped)
        if address.sixtofour is not None or address.teredo is not None or address in _NAT64:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _looked_up(host: str, port: int, loopback: bool) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [ipaddress.ip_address(str(item[4][0]).partition("%")[0]) for item in found]
    except (OSError, UnicodeError, ValueError) as error:
        raise _refused("域名解析不到地址") from error
    # One private address among public ones is enough to be refused: which of them answers is luck.
    if not addresses or not all(public(item) or (loopback and item.is_loopback) for item in addresses):
        raise _refused("只能是互联网上的地址，不能指向内网、本机或云平台的元数据服务")
    return str(addresses[0])


def _refused(reason: str) -> Invalid:
    return Invalid(f"推送地址不能用：{reason}。", field="url")


class _Pinned(HTTPSConnection):
    def __init__(self, target: Target) -> None:
        self._ssl = ssl.create_default_context()
        super().__init__(target.host, target.port, timeout=TIMEOUT, context=self._ssl)
        self._target = target

    def connect(self) -> None:
        raw = socket.create_connection((self._target.ip, self._target.port), TIMEOUT)
        self.sock = self._ssl.wrap_socket(raw, server_hostname=self._target.host)


class _PlainPinned(HTTPConnection):
    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT)
        self._target = target

    def connect(self) -> None:
        self.sock = socket.create_connection((self._target.ip, self._target.port), TIMEOUT)
