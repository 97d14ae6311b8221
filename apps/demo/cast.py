"""Who may do what in the demo county: the demo accounts and their roles."""

from __future__ import annotations

from django.conf import settings

from apps.accounts.demo import create_demo_accounts
from apps.accounts.models import User
from apps.units.appointments import appoint
from apps.units.models import Appointment, Unit

OFFICE_ROLES = ("office_clerk", "office_chief", "office_director", "leader", "partner")
PARTNER_ROLES = (
    "partner_organisation",
    "partner_personnel",
    "partner_finance",
    "partner_insurance",
)
BUREAU_ROLES = ("unit_clerk", "supervisor")
BUREAU = "县教体局"


#: Who files for a unit of the neighbouring county: no demo account, nobody signs in as them.
NEIGHBOUR = ("linxian", "罗听澜", "邻县教体局 人事科")


def bureau_of(home: Unit) -> Unit:
    """Return the bureau that the demo accounts of a unit work for."""
    found: Unit = Unit.objects.under(home).filter(short_name=BUREAU).order_by("path")[0]
    return found


def appoint_demo_accounts(home: Unit) -> list[str]:
    """Make the demo accounts and give them their roles; nothing unless DEMO. Returns sentences.

    home   what the office works on; the bureau is the first education bureau below it
    """
    if not settings.DEMO:
        return ["未设 BIANZHI_DEMO=1，没有建立演示账户"]
    users = create_demo_accounts(by=None)
    bureau = bureau_of(home)
    places = {
        **dict.fromkeys((*OFFICE_ROLES, *PARTNER_ROLES), home),
        **dict.fromkeys(BUREAU_ROLES, bureau),
    }
    for role, unit in places.items():
        known = Appointment.objects.open().filter(user=users[role], unit=unit, role=role)
        if not known.exists():
            appoint(user=users[role], role=role, unit=unit, by=None, note="演示账户")
    return [f"演示账户 {len(users)} 个"]


def clerk_next_door(bureau: Unit) -> User:
    """Return who files for a bureau of a neighbouring county; the account has no password."""
    username, name, title = NEIGHBOUR
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create_user(username, name=name, title=title)
        appoint(user=user, role="unit_clerk", unit=bureau, by=None, note="演示：邻县单位经办人")
    return User.objects.get(pk=user.pk)
