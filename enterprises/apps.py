from django.apps import AppConfig

from journal import registry


class EnterprisesConfig(AppConfig):
    name = "enterprises"
    verbose_name = "企业"

    def ready(self) -> None:
        registry.register(registry.Kind("whitelist_published", "白名单批次发布", {"basis_doc": "依据文件"}))
        registry.register(registry.Kind("whitelist_pushed", "白名单推送", {"batch": "批次", "basis_doc": "依据文件"}))
