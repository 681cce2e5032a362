from common.management.importing import ImportCommand
from enterprises.imports import WhitelistImporter


class Command(ImportCommand):
    help = "导入白名单批次与退出（CSV 或 XLSX）"
    importer_class = WhitelistImporter
