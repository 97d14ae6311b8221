"""A handful of contradictions in the demo county, such as real registers hold.

None touches a figure: they are slips in names, codes, kinds and numbers of documents, for the
checks to find (apps.checks; domain.md §5.13). What they find of over-staffing is in the data.
"""

from __future__ import annotations

import datetime as dt

from apps.core import uscc
from apps.core.scope import within
from apps.documents.models import ApprovalDocument
from apps.staff.models import Occupancy, PostHolding
from apps.units.models import Unit

LETTER, PLACES = "doc_kind.62", "doc_kind.21"


def plant(home: Unit, latest: dt.date) -> list[str]:
    """Put the slips in; return the numbers of the rules that are to find them."""
    inside = within([home.path], "scope")
    spells = Occupancy.objects.open().filter(inside).order_by("pk")

    # Q29: one code copied wrongly in its last place
    school = (
        Unit.objects.under(home).active().filter(nature="nature.104").exclude(uscc=None)[7:8].get()
    )
    right = uscc.check_char(school.uscc[:17])  # type: ignore[index]
    school.uscc = school.uscc[:17] + ("0" if right != "0" else "1")  # type: ignore[index]
    school.save(update_fields=["uscc"])

    # Q11: an assistant where there is none
    clerk = spells.filter(unit__nature="nature.101", post_name="").first()
    _set(clerk, post_name="局长助理")

    # Q10: somebody new in a 参公 unit, registered as ordinary staff
    since = latest - dt.timedelta(days=600)
    new = spells.filter(quota_type="quota_type.20", starts_on__gte=since).first()
    _set(new, identity_id="person_identity.3")

    # Q28: papers of two people not found
    for spell in spells.filter(unit=school)[:2]:
        _set(spell, document_no="")

    # Q05: a chief ranked above the post, and no document
    chief = PostHolding.objects.open().filter(
        inside, post_kind="post_kind.10", unit__rank="institution_rank.41",
        post_level="post_level.1A41",
    )  # fmt: skip
    _set(chief.order_by("pk")[3:4].first(), post_level_id="post_level.1A32", document_no="")

    # Q22: two letters filed as changes of quotas
    letters = ApprovalDocument.objects.filter(inside, kind=LETTER).order_by("-issued_on", "pk")
    for letter in letters[:2]:
        letter.kind_id = PLACES
        letter.save(update_fields=["kind"])
    return ["Q05", "Q10", "Q11", "Q22", "Q28", "Q29"]


def _set(row: Occupancy | PostHolding | None, **values: object) -> None:
    """Change a row of the demo; a county without such a row goes without this slip."""
    if row is None:
        return
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
