"""Structured logs on stderr; stdout belongs to commands with --json."""

from typing import Any

import structlog

from config import env

_pre_chain: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=False),
]
_renderer: Any = (
    structlog.processors.JSONRenderer(ensure_ascii=False)
    if env.LOG_FORMAT == "json"
    # Plain: where rich is installed each error would be drawn with its source, which costs more than the error.
    else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
)

structlog.configure(
    processors=[
        *_pre_chain,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _pre_chain,
            "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "jieba": {"level": "ERROR"},
        **{
            app: {"level": "INFO"}
            for app in ("common", "search", "products", "enterprises", "matching", "ledger", "config")
        },
    },
}
