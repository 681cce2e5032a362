from common.management.importing import ImportCommand
from enterprises.imports import TalentImporter


class Command(ImportCommand):
    help = "导入人才、称号及其与企业的关系（CSV 或 XLSX）"
    importer_class = TalentImporter
