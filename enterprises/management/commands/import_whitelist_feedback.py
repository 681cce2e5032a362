from common.management.importing import ImportCommand
from enterprises.imports import FeedbackImporter


class Command(ImportCommand):
    help = "导入机构对白名单的逐户答复（CSV 或 XLSX）"
    importer_class = FeedbackImporter
