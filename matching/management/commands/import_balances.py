from common.management.importing import ImportCommand
from matching.imports import BalanceImporter


class Command(ImportCommand):
    help = "导入月末贷款余额（CSV 或 XLSX）"
    importer_class = BalanceImporter
