"""What bodies an invented county has: names and relative sizes, in protocol order.

{c} stands for the county (剡溪县), {t} for a township. Sizes are weights: the ledger scales them so
that the county's figures come out exactly.
"""

from .departments import DEPARTMENTS, TOWNSHIP_FIRST, TOWNSHIP_SECOND
from .institutions import (
    CLOSED,
    DIRECT,
    FILLERS,
    HEALTH,
    HEALTH_OF_TOWNSHIP,
    OF_TOWNSHIP,
    SCHOOLS,
    SCHOOLS_OF_TOWNSHIP,
    SELF_FUNDED,
)
from .kinds import Group, Organ
from .organs import GROUPS
from .types import ADMIN, FULL, PART, POLICE_AND_COURTS, REFERRED, SELF

__all__ = [
    "ADMIN",
    "CLOSED",
    "DEPARTMENTS",
    "DIRECT",
    "FILLERS",
    "FULL",
    "GROUPS",
    "HEALTH",
    "HEALTH_OF_TOWNSHIP",
    "OF_TOWNSHIP",
    "PART",
    "POLICE_AND_COURTS",
    "REFERRED",
    "SCHOOLS",
    "SCHOOLS_OF_TOWNSHIP",
    "SELF",
    "SELF_FUNDED",
    "TOWNSHIP_FIRST",
    "TOWNSHIP_SECOND",
    "Group",
    "Organ",
]
