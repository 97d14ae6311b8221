"""Every write of the accounts app."""

from .accounts import change, create, create_administrator, reset_password, switch
from .administrators import propose_administrator, propose_policy, propose_removal
from .factors import check as check_factor
from .factors import enrol as enrol_factor
from .factors import propose_reset as propose_factor_reset
from .factors import remove as remove_factor
from .passwords import change_password, one_time_password
from .proposals import confirm, decline, expire, propose, withdraw
from .session_ending import end_all_sessions, end_other_sessions, end_session, unlock
from .signing_in import check_credentials, note_sign_in, note_sign_out

__all__ = [
    "change",
    "change_password",
    "check_credentials",
    "check_factor",
    "confirm",
    "create",
    "create_administrator",
    "decline",
    "end_all_sessions",
    "end_other_sessions",
    "end_session",
    "enrol_factor",
    "expire",
    "note_sign_in",
    "note_sign_out",
    "one_time_password",
    "propose",
    "propose_administrator",
    "propose_factor_reset",
    "propose_policy",
    "propose_removal",
    "remove_factor",
    "reset_password",
    "switch",
    "unlock",
    "withdraw",
]
