from common.management.importing import ImportCommand
from enterprises.imports import EnterpriseImporter


class Command(ImportCommand):
    help = "导入企业及其资料与需求（CSV 或 XLSX）"
    importer_class = EnterpriseImporter
