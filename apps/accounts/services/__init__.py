"""Every write of the accounts app."""

from .accounts import change, create, create_administrator, reset_password, switch
from .administrators import propose_administrator, propose_policy, propose_removal
from .passwords import change_password, one_time_password
from .proposals import confirm, decline, expire, propose, withdraw
from .signing_in import check_credentials, note_sign_out

__all__ = [
    "change",
    "change_password",
    "check_credentials",
    "confirm",
    "create",
    "create_administrator",
    "decline",
    "expire",
    "note_sign_out",
    "one_time_password",
    "propose",
    "propose_administrator",
    "propose_policy",
    "propose_removal",
    "reset_password",
    "switch",
    "withdraw",
]
