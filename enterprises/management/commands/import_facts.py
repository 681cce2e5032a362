from common.management.importing import ImportCommand
from enterprises.imports import FactImporter


class Command(ImportCommand):
    help = "导入带日期的单项资料（CSV 或 XLSX）"
    importer_class = FactImporter
