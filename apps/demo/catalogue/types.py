"""Quota types that an invented county uses: values of the code table."""

from typing import Final

ADMIN: Final = "10"
POLICE_AND_COURTS: Final = "11"
REFERRED: Final = "20"
FULL: Final = "21"
PART: Final = "22"
SELF: Final = "23"
