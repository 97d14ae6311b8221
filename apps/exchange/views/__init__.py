"""Pages of the exchange."""

from .batches import batch, file, imports, marked, withdraw
from .exports import export, export_centre
from .jobs import cancel, job, jobs
from .wizard import confirm, fix, mapping, sheet, template, upload

__all__ = [
    "batch",
    "cancel",
    "confirm",
    "export",
    "export_centre",
    "file",
    "fix",
    "imports",
    "job",
    "jobs",
    "mapping",
    "marked",
    "sheet",
    "template",
    "upload",
    "withdraw",
]
