"""Postings are looked at here and written by services."""

from django.contrib import admin

from common.admin import ReadOnlyAdmin
from journal.models import Posting


@admin.register(Posting)
class PostingAdmin(ReadOnlyAdmin):
    list_display = ["kind", "occurred_on", "party", "organisation", "quantity", "amount", "source_key", "posted_by"]
    list_filter = ["kind"]
