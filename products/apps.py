from importlib import import_module

from django.apps import AppConfig

from journal import registry as journal

LISTED_FIELDS = {"category": "产品类别", "name": "产品名称", "theme": "服务项目（人才贷、人才保、人才险、人才投）"}


class ProductsConfig(AppConfig):
    name = "products"
    verbose_name = "产品"

    def ready(self) -> None:
        journal.register(journal.Kind("product_listed", "新金融服务项目上架", LISTED_FIELDS))
        # These need the models, which are not loaded yet when this module is.
        documents, search = import_module("products.documents"), import_module("search.registry")
        search.register(documents.PRODUCTS)
        serves_the_city = import_module("products.recipients").serves_the_city
        import_module("enterprises.recipients").register(serves_the_city)
