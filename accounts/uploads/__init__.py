"""Files that people bring in: received, checked in a process apart, taken in block by block as a job."""

from accounts.uploads.receiving import job_cancel, job_resume, jobs_visible_to, upload_confirm, upload_receive
from accounts.uploads.running import CHECK, FileKind, kinds, path_of, register, tidy

__all__ = [
    "CHECK",
    "FileKind",
    "job_cancel",
    "job_resume",
    "jobs_visible_to",
    "kinds",
    "path_of",
    "register",
    "tidy",
    "upload_confirm",
    "upload_receive",
]
