"""Tabular import: read a hostile file safely, check every cell, write all of it or nothing."""

from common.tabular.importing import Importer, ImportReport, Outcome, run_import
from common.tabular.reading import BadFile

__all__ = ["BadFile", "ImportReport", "Importer", "Outcome", "run_import"]
