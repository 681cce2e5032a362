"""Write a file and run an import command on it."""

import csv
import io
import json

import openpyxl
from django.core.management import call_command

ENTERPRISES = (
    "uscc,name,region,industry,established_on,employees,revenue_wan,total_assets_wan,debt_ratio_pct,rd_ratio_pct,"
    "invention_patents,utility_patents,software_copyrights,tags,tax_grade,has_prior_loan,leader_titles,need_code,"
    "need_kind,need_amount_wan,need_term_months,need_purpose,need_guarantees"
).split(",")
TALENTS = "talent_code,name,kind,title,level,batch,certificate,valid_to,firm_uscc,role,role_from,role_to".split(",")
FACTS = "party_code,field,value,source,as_of,valid_to,evidence".split(",")
WHITELIST = "batch,department,published_on,party_code,basis_doc,exit_on,exit_reason".split(",")


def csv_text(columns, rows):
    """CSV of rows given as dicts; what a row does not name is empty."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def write_csv(path, columns, rows, encoding="utf-8"):
    path.write_bytes(csv_text(columns, rows).encode(encoding))
    return path


def write_xlsx(path, columns, rows):
    book = openpyxl.Workbook()
    book.active.append(columns)
    for row in rows:
        book.active.append([row.get(column) for column in columns])
    book.save(path)
    return path


def run(command, path, *options):
    """(report as JSON, exit code) of an import command."""
    out, code = io.StringIO(), 0
    try:
        call_command(command, str(path), "--json", *options, stdout=out, stderr=io.StringIO())
    except SystemExit as stop:
        code = stop.code
    return json.loads(out.getvalue()), code


def counts(report):
    return [report["created"], report["updated"], report["unchanged"], len(report["rejected"])]


def places_of_errors(report):
    return [(item["row"], item["column"]) for item in report["rejected"]]
