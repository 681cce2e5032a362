"""Every value read from the environment, in one place; settings import from here and nothing else reads os.environ."""

import os
import secrets
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

# compose.yaml and shells set to nothing what is not meant to be set.
environ.Env.ENVIRON = {name: value for name, value in os.environ.items() if value}
_env = environ.Env()


def _generated_secret(path: Path) -> str:
    """Return the secret kept at ``path``, creating it with mode 0600 on first use; safe when processes race."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("utf-8")
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        secret = secrets.token_urlsafe(48)
        handle.write(secret)
    return secret


def _value(name: str, read: Callable[..., Any], default: Any, remedy: str, fits: Callable[[Any], bool] = bool) -> Any:
    """Read ``name``; what cannot be used ends the program with the remedy. The value itself may hold a password."""
    try:
        with warnings.catch_warnings():
            # The library only warns about an address it cannot use.
            warnings.simplefilter("error", UserWarning)
            value = read(name, default=default)
        if fits(value):
            return value
    except (UserWarning, ValueError, LookupError, AttributeError, ImproperlyConfigured, OSError):
        pass
    return sys.exit(f"环境变量 {name} 不能用：{remedy}")


def _is_writable(folder: Path) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    return os.access(folder, os.W_OK | os.X_OK)


def _is_database(value: dict[str, Any]) -> bool:
    return value["ENGINE"] in DATABASE_ENGINES and bool(value["NAME"])


def _is_broker(url: str) -> bool:
    parts = urlsplit(url)
    local = parts.scheme in ("filesystem", "memory")
    return local or (parts.scheme in ("redis", "rediss", "amqp", "amqps") and bool(parts.hostname) and parts.port != 0)


def _is_search(url: str) -> bool:
    parts = urlsplit(url)
    return not url or (parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0)


DATABASE_ENGINES = ("django.db.backends.sqlite3", "django.db.backends.postgresql")

DATA_DIR: Path = _value(
    "DATA_DIR",
    lambda name, default: Path(_env.str(name, default=default)).resolve(),
    str(BASE_DIR / "var"),
    "应为可以写入的目录，请检查路径与权限，或换一个目录。",
    _is_writable,
)

DEBUG: bool = _env.bool("DJANGO_DEBUG", default=False)
SECRET_KEY: str = _env.str("SECRET_KEY", default="") or _generated_secret(DATA_DIR / "keys" / "secret_key")
AUDIT_KEY: str = _env.str("AUDIT_KEY", default="") or _generated_secret(DATA_DIR / "keys" / "audit_key")
MFA_KEY: str = _env.str("MFA_KEY", default="") or _generated_secret(DATA_DIR / "keys" / "mfa_key")
# The newest first; more than one while they are being changed.
DATA_KEYS: list[str] = _env.list("DATA_KEYS", default=[]) or [_generated_secret(DATA_DIR / "keys" / "data_key")]
ALLOWED_HOSTS: list[str] = _env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = _env.list("CSRF_TRUSTED_ORIGINS", default=[])
PORT: int = _value("PORT", _env.int, 8000, "应为 1 到 65535 的整数，如 8001。", lambda port: 0 < port < 65_536)

DATABASE: dict[str, Any] = _value(
    "DATABASE_URL",
    _env.db_url,
    f"sqlite:///{DATA_DIR / 'db.sqlite3'}",
    "应写成 postgres://用户:口令@主机:端口/库名 或 sqlite:////目录/文件；口令中的特殊字符要按网址转义。",
    _is_database,
)
CACHE: dict[str, Any] = _value(
    "CACHE_URL", _env.cache_url, "dbcache://common_cache", "应写成 redis://主机:端口/0，不设则用数据库。"
)
CELERY_BROKER_URL: str = _value(
    "CELERY_BROKER_URL",
    _env.str,
    "filesystem://",
    "应写成 redis://主机:端口/0 或 amqp://用户:口令@主机:端口//，不设则用本机目录。",
    _is_broker,
)
SEARCH_URL: str = _value(
    "SEARCH_URL", _env.str, "", "应写成 http://主机:端口 或 https://主机:端口，不设则用内置检索。", _is_search
)
EMAIL: dict[str, Any] = _value(
    "EMAIL_URL", _env.email_url, "consolemail://", "应写成 smtp+tls://用户:口令@主机:587，不设则不外发邮件。"
)
EMAIL_FROM: str = _env.str("EMAIL_FROM", default="market@localhost")
SMS_URL: str = _value("SMS_URL", _env.str, "", "应写成 https://主机/路径，不设则不外发短信。", _is_search)
SMS_TOKEN: str = _env.str("SMS_TOKEN", default="")
# ``folder`` leaves messages as files in DATA_DIR/outbox for a gateway of the office's own.
CHANNEL_FOLDER: bool = _env.bool("CHANNEL_FOLDER", default=False)
LOG_FORMAT: str = _env.str("LOG_FORMAT", default="console")
HTTPS: bool = _env.bool("HTTPS", default=False)
TRUSTED_PROXIES: int = _value(
    "TRUSTED_PROXIES", _env.int, 0, "应为前置代理的层数，如 1。", lambda count: 0 <= count < 10
)
MFA_REQUIRED: bool = _env.bool("MFA_REQUIRED", default=True)
MFA_STATED: bool = "MFA_REQUIRED" in environ.Env.ENVIRON
LOGIN_FAILURES_PER_ADDRESS: int = _value(
    "LOGIN_FAILURES_PER_ADDRESS", _env.int, 5, "应为 1 到 1000 的整数。", lambda count: 0 < count <= 1000
)
OIDC_SERVER: str = _env.str("OIDC_SERVER", default="")
OIDC_CLIENT_ID: str = _env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET: str = _env.str("OIDC_CLIENT_SECRET", default="")
OIDC_NAME: str = _env.str("OIDC_NAME", default="政务统一身份认证")
OIDC_UID_FIELD: str = _env.str("OIDC_UID_FIELD", default="sub")
