from django.apps import AppConfig

from journal import registry
from ledger.kinds import KINDS


class LedgerConfig(AppConfig):
    name = "ledger"
    verbose_name = "方案与台账"

    def ready(self) -> None:
        for kind in KINDS:
            registry.register(kind)
