from importlib import import_module

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class FrontendConfig(AppConfig):
    name = "frontend"
    verbose_name = "页面"

    def ready(self) -> None:
        # By name, because models are not loaded yet when this module is.
        guard = import_module("frontend.login.guard")
        user_logged_in.connect(guard.begin, dispatch_uid="frontend.login.guard.begin")
