"""``import_products FILE``: the catalogue of reference products."""

from common.management.importing import ImportCommand
from products.imports import CatalogueImporter


class Command(ImportCommand):
    help = "导入参考产品目录（列与 products/data/products.csv 相同）"
    importer_class = CatalogueImporter
