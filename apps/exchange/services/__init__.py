"""Writes of the exchange. Every move of a batch starts from one state, under the batch's lock.

uploads    keeping a file, mapping it, putting cells right: each ends in a check
writing    confirming a clean batch, and the job that writes it
withdrawing  undoing a written batch while nothing later touched its rows
"""

from .checking import fix, look_again, map_columns, run_check, upload
from .files import download, folder
from .withdrawing import run_withdraw, withdraw, withdraw_now
from .writing import confirm, keep_command, run_write

__all__ = [
    "confirm",
    "download",
    "fix",
    "folder",
    "keep_command",
    "look_again",
    "map_columns",
    "run_check",
    "run_withdraw",
    "run_write",
    "upload",
    "withdraw",
    "withdraw_now",
]
