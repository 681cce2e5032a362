"""Tabular import: read a hostile file safely, check every cell, write all of it or nothing."""

from common.tabular.importing import Importer, ImportReport, Outcome, Preparing, apply_rows, parse, run_import
from common.tabular.reading import BadFile

__all__ = ["BadFile", "ImportReport", "Importer", "Outcome", "Preparing", "apply_rows", "parse", "run_import"]
