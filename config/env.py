"""Every value read from the environment, in one place; settings import from here and nothing else reads os.environ."""

import os
import secrets
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

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


DATA_DIR = Path(_env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

DEBUG: bool = _env.bool("DJANGO_DEBUG", default=False)
SECRET_KEY: str = _env.str("SECRET_KEY", default="") or _generated_secret(DATA_DIR / "keys" / "secret_key")
AUDIT_KEY: str = _env.str("AUDIT_KEY", default="") or _generated_secret(DATA_DIR / "keys" / "audit_key")
ALLOWED_HOSTS: list[str] = _env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = _env.list("CSRF_TRUSTED_ORIGINS", default=[])
PORT: int = _env.int("PORT", default=8000)

DATABASE = _env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")
CACHE = _env.cache_url("CACHE_URL", default="dbcache://common_cache")
CELERY_BROKER_URL: str = _env.str("CELERY_BROKER_URL", default="filesystem://")
SEARCH_URL: str = _env.str("SEARCH_URL", default="")
LOG_FORMAT: str = _env.str("LOG_FORMAT", default="console")
