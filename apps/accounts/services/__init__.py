"""Every write of the accounts app."""

from .accounts import change, create, create_administrator, reset_password, switch
from .passwords import change_password, one_time_password
from .signing_in import check_credentials, note_sign_out

__all__ = [
    "change",
    "change_password",
    "check_credentials",
    "create",
    "create_administrator",
    "note_sign_out",
    "one_time_password",
    "reset_password",
    "switch",
]
