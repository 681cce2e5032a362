"""The plan's indicators once more, from the files of the demo history alone: csv, dates and decimals, nothing of ours.

``python -m tests.ledger.recompute 2023Q4`` prints code, value, numerator and denominator as JSON.
"""

import csv
import json
import sys
from calendar import monthrange
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

FILES = Path(__file__).parents[2] / "config/demo/history"
PLAN_FROM, PLAN_TO = "2022-01-01", "2025-12-31"
FIRST_LOAN_RULE_FROM, QUERY_DAYS = "2022-01-01", 30
LOAN_KINDS = {"流动资金贷款", "固定资产贷款", "经营性贷款", "个人经营性贷款"}
BLOCKING = LOAN_KINDS | {"票据贴现"}
THEMES = {"人才投", "人才贷", "人才保", "人才险", "人才租"}
WAN = 10_000


def read(folder, name):
    with (folder / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def days_of(quarter):
    """First day of the year and last day of the quarter, as ISO texts, which sort as dates do."""
    year, number = int(quarter[:4]), int(quarter[5])
    return f"{year}-01-01", f"{year}-{number * 3:02d}-{monthrange(year, number * 3)[1]}"


def year_before(day):
    year, month = int(day[:4]) - 1, int(day[5:7])
    last_of_month = int(day[8:]) == monthrange(year + 1, month)[1]
    return f"{year}-{month:02d}-{monthrange(year, month)[1] if last_of_month else int(day[8:]):02d}"


def rounded(numerator, denominator):
    return (Decimal(numerator) / Decimal(denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


class Books:
    """The files, and what was known at the end of a quarter."""

    def __init__(self, quarter, folder=FILES):
        self.year_start, self.end = days_of(quarter)
        self.balances = read(folder, "balances.csv")
        self.postings = read(folder, "postings.csv")
        self.financings = read(folder, "financings.csv")
        self.whitelist = read(folder, "whitelist.csv")
        self.listings = read(folder, "listings.csv")

    def posted(self, kind, start):
        taken_back = {
            row["reversal_of"] for row in self.postings if row["reversal_of"] and row["occurred_on"] <= self.end
        }
        return [
            row
            for row in self.postings
            if row["kind"] == kind
            and not row["reversal_of"]
            and row["source_key"] not in taken_back
            and start <= row["occurred_on"] <= min(self.end, PLAN_TO)
        ]

    def loans(self):
        """Loans of any time, less those taken back by the quarter's end."""
        taken_back = {
            (row["institution"], row["reversal_of"])
            for row in self.financings
            if row["reversal_of"] and row["disbursed_on"] <= self.end
        }
        return [
            row
            for row in self.financings
            if row["kind"] == "贷" and (row["institution"], row["serial"]) not in taken_back
        ]

    def first_loans(self):
        return [row for row in self.loans() if row["first_loan_claimed"] == "是" and self.stands(row)]

    def stands(self, row):
        day = row["disbursed_on"]
        found = set(row["prior_credit_kinds"].split(";")) - {"无", ""}
        asked = (date.fromisoformat(day) - date.fromisoformat(row["credit_query_on"])).days
        earlier = any(
            other["party_code"] == row["party_code"] and other["disbursed_on"] < day for other in self.loans()
        )
        return (
            day >= FIRST_LOAN_RULE_FROM
            and row["credit_kind"] in LOAN_KINDS
            and not found & BLOCKING
            and 0 <= asked <= QUERY_DAYS
            and not earlier
        )

    def was_listed(self, code, day):
        spells = [(row["published_on"], row["exit_on"]) for row in self.whitelist if row["party_code"] == code]
        return any(since <= day and (not until or until > day) for since, until in spells)

    def listed(self):
        """Codes on the whitelist at the quarter's end; None while no batch has been published."""
        published = [row for row in self.whitelist if row["published_on"] <= self.end]
        on = {row["party_code"] for row in published if not row["exit_on"] or row["exit_on"] > self.end}
        return on if published else None


def counted(value):
    return value, None, None


def held(rows):
    return sum(int(row["quantity"]) for row in rows) if rows else None


def growth(current, base):
    if current is None or not base:
        return None, current, base
    return rounded((current - base) * 100, base), current, base


def loan_growth(books):
    def total(day):
        rows = [
            row
            for row in books.balances
            if (row["scope"], row["basis"], row["month"]) == ("人才∪科创", "名录", day[:7])
        ]
        return {row["institution"]: int(Decimal(row["balance_wan"]) * WAN) for row in rows}

    now, before = total(books.end), total(year_before(books.end))
    value, current, base = growth(sum(now.values()) if now else None, sum(before.values()) if before else None)
    return (value if now.keys() == before.keys() else None), current, base


def first_loan_growth(books):
    first_list = min(row["published_on"] for row in books.whitelist)

    def firms(start, end):
        """Firms listed on the day of their first loan; None where the list or the loans of the time are missing."""
        loans = [row for row in books.first_loans() if start <= row["disbursed_on"] <= end]
        if not loans or first_list > end:
            return None
        inside = {row["party_code"] for row in loans if books.was_listed(row["party_code"], row["disbursed_on"])}
        untold = [row for row in loans if row["disbursed_on"] < first_list]
        return None if untold and not inside else len(inside)

    return growth(firms(books.year_start, books.end), firms(year_before(books.year_start), year_before(books.end)))


def listings(books):
    return counted(len({row["organisation"] for row in books.posted("company_listed", PLAN_FROM)}) or None)


def new_services(books):
    rows = [
        row for row in books.listings if row["theme"] in THEMES and books.year_start <= row["listed_on"] <= books.end
    ]
    return counted(len(rows) or None)


def events(kind):
    return lambda books: counted(held(books.posted(kind, books.year_start)))


def funds(books):
    return counted(held(books.posted("fund_established", PLAN_FROM)))


def talents(books):
    return counted(held(books.posted("financial_talent_hired", PLAN_FROM)))


def fund_raised(books):
    rows = books.posted("fund_raised", PLAN_FROM)
    raised = sum(int(Decimal(row["amount_wan"]) * WAN) for row in rows)
    return counted(rounded(raised, 100_000_000) if rows else None)


def share_of_list(rows_of):
    def indicator(books):
        rows = [row for row in rows_of(books) if PLAN_FROM <= row["disbursed_on"] <= min(books.end, PLAN_TO)]
        on = books.listed()
        parties = {row["party_code"] for row in rows}
        part = len(parties & (on or set())) if rows else None
        if part is None or not on:
            return None, part, None if on is None else len(on)
        return rounded(part * 100, len(on)), part, len(on)

    return indicator


INDICATORS = {
    "loan-growth": loan_growth,
    "first-loan-growth": first_loan_growth,
    "listings": listings,
    "new-funds": funds,
    "new-services": new_services,
    "ip-park-events": events("ip_park_event"),
    "matching-events": events("matching_event"),
    "financial-talents": talents,
    "innovation-fund": fund_raised,
    "loan-access-rate": share_of_list(Books.loans),
    "first-loan-rate": share_of_list(Books.first_loans),
}


def recompute(quarter, folder=FILES):
    """``{code: (value, numerator, denominator)}`` of a quarter within the plan; None where the files cannot tell."""
    books = Books(quarter, folder)
    return {code: indicator(books) for code, indicator in INDICATORS.items()}


if __name__ == "__main__":
    found = recompute(sys.argv[1])
    sys.stdout.write(json.dumps(found, ensure_ascii=False, default=float, indent=2) + "\n")
