from common.management.importing import ImportCommand
from matching.imports import AssignmentImporter


class Command(ImportCommand):
    help = "导入特派员指派（CSV 或 XLSX）"
    importer_class = AssignmentImporter
