"""Database and cache: SQLite in WAL mode by default, PostgreSQL through DATABASE_URL."""

from typing import Any

from config import env

DATABASES: dict[str, Any] = {"default": {**env.DATABASE, "ATOMIC_REQUESTS": False}}

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # IMMEDIATE: a transaction that will write takes its lock at once instead of failing half-way.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# Rate limits are counted on every request: in Redis where there is one, else in the process, never in tables.
_shared = "redis" in env.CACHE["BACKEND"]
CACHES = {
    "default": env.CACHE,
    "limits": env.CACHE if _shared else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
RATE_LIMITED = True
