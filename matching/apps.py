from importlib import import_module

from django.apps import AppConfig

from journal import registry

# Modules that name kinds of posting; imported by name because models are not loaded yet when this module is.
KINDS_OF = ("matching.cases.kinds_financings", "matching.cases.kinds_referrals")


class MatchingConfig(AppConfig):
    name = "matching"
    verbose_name = "匹配"

    def ready(self) -> None:
        for module in KINDS_OF:
            for kind in import_module(module).KINDS:
                registry.register(kind)
        end_referrals = import_module("matching.cases.closing").end_referrals
        import_module("enterprises.closing").register(end_referrals)
        import_module("matching.services.following").subscribe()
