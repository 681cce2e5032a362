"""Celery: one filesystem broker inside DATA_DIR by default, Redis or RabbitMQ through CELERY_BROKER_URL.

Delivery is at least once: a message is acknowledged after its work, and given again when its worker is lost. The work
is therefore idempotent, and no business fact lives in a queue only: every task sweeps rows, or is the hint of one.
"""

from typing import Any

from config import env

CELERY_BROKER_URL = env.CELERY_BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 3
# A sweep that cannot give its hints fails quickly; the next one gives them again.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.2}
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {}

if CELERY_BROKER_URL.startswith(("redis://", "rediss://")):
    # Longer than the longest job: Redis gives a message again that is not acknowledged within this many seconds.
    # A job given twice all the same is claimed once (common.jobs).
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 2 * 3600}

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
    "catch-up-index": {"task": "search.tasks.catch_up_index", "schedule": 5.0, "options": {"expires": 10}},
    "start-jobs": {"task": "common.tasks.start_jobs", "schedule": 2.0, "options": {"expires": 10}},
    "hand-over-deliveries": {
        "task": "accounts.tasks.hand_over_deliveries",
        "schedule": 5.0,
        "options": {"expires": 30},
    },
    "tidy-uploads": {"task": "accounts.tasks.tidy_uploads", "schedule": 24 * 3600.0, "options": {"expires": 3600}},
    "send-webhooks": {"task": "accounts.tasks.send_webhooks", "schedule": 5.0, "options": {"expires": 20}},
    "sweep-accounts": {"task": "accounts.tasks.sweep_accounts", "schedule": 3600.0, "options": {"expires": 1800}},
    "nightly-index-check": {"task": "search.tasks.repair_index", "schedule": 24 * 3600.0, "options": {"expires": 3600}},
    "gather-searches": {"task": "search.tasks.gather_searches", "schedule": 300.0, "options": {"expires": 240}},
    "tell-new-hits": {"task": "search.tasks.tell_new_hits", "schedule": 900.0, "options": {"expires": 800}},
    "nightly-rematch": {"task": "matching.tasks.rematch_all", "schedule": 24 * 3600.0, "options": {"expires": 3600}},
    "tell-eligible": {"task": "matching.tasks.tell_eligible", "schedule": 3600.0, "options": {"expires": 1800}},
    "erase-due": {"task": "matching.tasks.erase_due", "schedule": 3600.0, "options": {"expires": 1800}},
    "count-due": {"task": "matching.tasks.count_due", "schedule": 20.0, "options": {"expires": 18}},
    "read-whitelist": {"task": "matching.tasks.read_whitelist", "schedule": 30.0, "options": {"expires": 25}},
    "remind-reporters": {"task": "ledger.tasks.remind_reporters", "schedule": 3600.0, "options": {"expires": 1800}},
    "lapse-overdue": {"task": "matching.tasks.lapse_overdue", "schedule": 3600.0, "options": {"expires": 1800}},
}
