from common.management.importing import ImportCommand
from matching.imports import FinancingImporter


class Command(ImportCommand):
    help = "导入融资业务（CSV 或 XLSX）"
    importer_class = FinancingImporter
