"""What was loaded is compared with what was promised, from the facts and the kept sums alike."""

from __future__ import annotations

import datetime as dt
from typing import Any

from apps.documents.models import ApprovalDocument
from apps.posts.models import PostBalance
from apps.quotas.choices import QuotaFamily
from apps.quotas.queries import figures
from apps.units.choices import UnitStatus
from apps.units.models import Unit

from .plan import CountySpec

END_OF_2012 = dt.date(2012, 12, 31)
END_OF_2013 = dt.date(2013, 12, 31)
OCTOBER_2015 = dt.date(2015, 10, 31)


def faults(spec: CountySpec, root: Unit) -> list[str]:
    """Return a sentence for every promised figure that the database does not have."""
    found: list[str] = []

    def expect(what: str, is_: Any, should: Any) -> None:
        if is_ != should:
            found.append(f"{what}应为 {should}，实为 {is_}")

    for day in (None, OCTOBER_2015):
        sums = figures(root, day)
        when = f"{day} " if day else ""
        admin = sums.families[QuotaFamily.ADMIN]
        rest = sums.families[QuotaFamily.INSTITUTION]
        expect(f"{when}行政编制", admin.approved, spec.admin.approved)
        expect(f"{when}行政实有", admin.actual, spec.admin.actual)
        expect(f"{when}事业编制", rest.approved, spec.institution.approved)
        expect(f"{when}事业实有", rest.actual, spec.institution.actual)
        total = spec.admin.approved + spec.institution.approved
        expect(f"{when}核定合计", sums.total.approved, total)
        people = spec.admin.actual + spec.institution.actual
        expect(f"{when}实有合计", sums.total.actual, people)
        expect(f"{when}超编单位", sums.total.over, spec.over_units)
    before = figures(root, END_OF_2012)
    expect("2012 年末超编单位", before.total.over, spec.over_units_before)
    heads = figures(root, END_OF_2013).families[QuotaFamily.ADMIN].actual
    expect("2013 年末行政实有", heads, spec.admin_before)
    end_of_2014 = figures(root, dt.date(2014, 12, 31)).families[QuotaFamily.INSTITUTION].approved
    expect("2015 年核减数", end_of_2014 - spec.institution.approved, spec.cut_2015)

    institutions = Unit.objects.under(root).filter(nature="nature.104")
    living = institutions.exclude(status=UnitStatus.ABOLISHED).count()
    expect("事业单位数", living, spec.institutions)
    expect("2012 年的事业单位数", institutions.count(), spec.institutions + spec.closed)
    papers = ApprovalDocument.objects.filter(scope=root.path).count()
    if spec.documents:
        expect("批文数", papers, spec.documents)
    over = PostBalance.objects.filter(scope__startswith=root.path, over__gt=0)
    expect("职数超配单位", over.values("unit").distinct().count(), spec.posts_over)
    return found
