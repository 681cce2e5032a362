from django.apps import AppConfig


class TalentsConfig(AppConfig):
    name = "talents"
    verbose_name = "人才"
