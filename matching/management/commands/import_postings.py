from common.management.importing import ImportCommand
from matching.imports import PostingImporter


class Command(ImportCommand):
    help = "导入其他事项的记账（CSV 或 XLSX）"
    importer_class = PostingImporter
