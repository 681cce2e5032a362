"""Celery: one filesystem broker inside DATA_DIR by default, Redis or RabbitMQ through CELERY_BROKER_URL."""

from typing import Any

from config import env

CELERY_BROKER_URL = env.CELERY_BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {}

if CELERY_BROKER_URL.startswith("filesystem://"):
    _folders = {name: env.DATA_DIR / "broker" / name for name in ("messages", "control")}
    for _folder in _folders.values():
        _folder.mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_folders["messages"]),
        "data_folder_out": str(_folders["messages"]),
        "control_folder": str(_folders["control"]),
        # Measured: the default of 1 s moves about two tasks a second, 0.05 s empties the folder at once.
        "polling_interval": 0.05,
    }

# Schedules are code, reviewed like code. Every entry is an idempotent sweep, so a missed or doubled tick does no harm.
CELERY_BEAT_SCHEDULE = {
    "relay-outbox": {"task": "common.tasks.relay_outbox", "schedule": 2.0, "options": {"expires": 10}},
    "send-webhooks": {"task": "accounts.tasks.send_webhooks", "schedule": 5.0, "options": {"expires": 20}},
    "sweep-accounts": {"task": "accounts.tasks.sweep_accounts", "schedule": 3600.0, "options": {"expires": 1800}},
    "nightly-index-check": {"task": "search.tasks.repair_index", "schedule": 24 * 3600.0, "options": {"expires": 3600}},
    "nightly-rematch": {"task": "matching.tasks.rematch_all", "schedule": 24 * 3600.0, "options": {"expires": 3600}},
    "lapse-overdue": {"task": "matching.tasks.lapse_overdue", "schedule": 3600.0, "options": {"expires": 1800}},
}
