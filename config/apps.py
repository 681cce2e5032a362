from importlib import import_module

from django.apps import AppConfig

# The kinds of file that the office may bring in on the web: name, label, module, importer.
FILES = (
    ("products", "产品目录", "products.imports", "CatalogueImporter"),
    ("enterprises", "企业与需求", "enterprises.imports", "EnterpriseImporter"),
    ("talents", "人才与称号", "enterprises.imports", "TalentImporter"),
    ("facts", "单项资料", "enterprises.imports", "FactImporter"),
    ("whitelist", "白名单批次", "enterprises.imports", "WhitelistImporter"),
    ("financings", "融资业务", "matching.imports", "FinancingImporter"),
    ("balances", "月末贷款余额", "matching.imports", "BalanceImporter"),
    ("postings", "其他事项", "matching.imports", "PostingImporter"),
)


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "组装"

    def ready(self) -> None:
        # These need the models, which are not loaded yet when this module is.
        uploads, jobs = import_module("accounts.uploads"), import_module("common.jobs")
        for name, label, module, importer in FILES:
            uploads.register(uploads.FileKind(name, label, getattr(import_module(module), importer)))
        jobs.register("rematch", jobs.Kind("全部需求重新匹配"))
        jobs.register("demo", jobs.Kind("载入演示数据"))
