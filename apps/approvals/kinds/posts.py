"""使用领导职数 and 离任. Over-filling is shown red and passes only by the right to let it through.

Source: docs/rules.md PT-01, PT-02, L-01; domain.md §5.3.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from apps.core.models import CodeValue
from apps.posts import rules as post_rules
from apps.staff import looking
from apps.staff import services as staff
from apps.units.models import Unit

from .. import errors, frozen
from ..choices import REVIEWS, Kind
from ..forms.posts import PostLeaveForm, PostTakeForm
from ..models import Application, Line
from . import showing
from .base import Fact, KindOfCase, LineData, PostBox, there


class PostTake(KindOfCase):
    kind = Kind.POST_TAKE
    line_form = PostTakeForm
    subject = "person"
    shows_posts = True

    def unit_of(self, form: PostTakeForm) -> Unit:
        unit: Unit = form.cleaned_data["unit"]
        return unit

    def line(self, form: PostTakeForm) -> LineData:
        return LineData(
            name=form.person.name,
            person=form.person,
            values={"place": frozen.freeze(form.values())},
        )

    def early(self, form: PostTakeForm) -> Line | None:
        unit, kind = (form.cleaned_data.get(name) for name in ("unit", "post_kind"))
        if unit is None or kind is None:
            return None
        application = Application(kind=self.kind, unit=unit)
        return Line(application=application, values={"place": {"post_kind": kind.pk}})

    def initial(self, line: Line) -> dict[str, Any]:
        return dict(line.values["place"])

    def summary(self, application: Application, lines: list[Line]) -> str:
        who = lines[0].name if len(lines) == 1 else f"{lines[0].name}等 {len(lines)} 人"
        return f"{who} 任{application.unit.name}{lines[0].values['place']['post_name']}"

    def facts(self, line: Line) -> list[tuple[str, list[Fact]]]:
        words = frozen.said(line.values["place"])
        form = self.line_form
        names = ("unit", "post_kind", "post_name", "post_level", "starts_on")
        return [
            showing.person(line),
            (
                "任职",
                [
                    *showing.rows(form, words, names),
                    showing.basis(form, words),
                    *showing.rows(form, words, ("note",)),
                ],
            ),
        ]

    def posts(self, application: Application, lines: list[Line]) -> list[PostBox]:
        taken = Counter(line.values["place"]["post_kind"] for line in lines)
        kinds = CodeValue.objects.in_bulk(list(taken))
        return post_boxes(
            application.unit,
            {key: n if post_rules.counts(kinds[key]) else 0 for key, n in taken.items()},
        )

    def panels(
        self, application: Application, lines: list[Line], user: Any
    ) -> list[tuple[str, dict[str, Any]]]:
        return [("approvals/_posts.html", {"posts": self.posts(application, lines)})]

    def guard(self, application: Application, lines: list[Line]) -> None:
        """Refuse a post elsewhere; while it is reviewed, refuse over-filling not let through."""
        for line in lines:
            if line.values["place"]["unit"] != application.unit_id:
                raise errors.LineFails(line, errors.NotOfThisUnit(application.unit))
        if application.state not in REVIEWS or application.override_by_id is not None:
            return
        for box in self.posts(application, lines):
            if box.delta > 0 and box.over_after > 0:
                raise errors.PostsOver(
                    box.unit, box.post_kind, due=box.due, filled=box.filled, asked=box.delta
                )

    def effect(self, application: Application, line: Line, *, by: Any) -> None:
        staff.start_posting(
            person=there(line, line.person), by=by, **frozen.thaw(line.values["place"])
        )


class PostLeave(KindOfCase):
    kind = Kind.POST_LEAVE
    line_form = PostLeaveForm
    reads = ("person", "posting__unit", "posting__post_kind")
    subject = "posting"
    shows_posts = True

    def unit_of(self, form: PostLeaveForm) -> Unit:
        unit: Unit = form.posting.unit
        return unit

    def line(self, form: PostLeaveForm) -> LineData:
        posting = form.posting
        return LineData(
            name=posting.person.name,
            person=posting.person,
            posting=posting,
            values={"place": frozen.freeze(form.values())},
        )

    def early(self, form: PostLeaveForm) -> Line | None:
        application = Application(kind=self.kind, unit=form.posting.unit)
        return Line(application=application, posting=form.posting)

    def initial(self, line: Line) -> dict[str, Any]:
        return dict(line.values["place"])

    def summary(self, application: Application, lines: list[Line]) -> str:
        posting = lines[0].posting
        who = lines[0].name if len(lines) == 1 else f"{lines[0].name}等 {len(lines)} 人"
        return f"{who} 离任{application.unit.name}{posting.post_name if posting else ''}"

    def facts(self, line: Line) -> list[tuple[str, list[Fact]]]:
        words = frozen.said(line.values["place"])
        form = self.line_form
        found = [showing.person(line)]
        posting = line.posting
        if posting is not None:
            held = [
                Fact("任职单位", posting.unit.name),
                Fact("职数类别", posting.post_kind.label),
                Fact("职务", posting.post_name),
                Fact("任职时间", posting.starts_on.isoformat()),
            ]
            found.append(("现任职务", held))
        leaving = [
            *showing.rows(form, words, ("on",)),
            showing.basis(form, words),
            *showing.rows(form, words, ("note",)),
        ]
        return [*found, ("离任", leaving)]

    def posts(self, application: Application, lines: list[Line]) -> list[PostBox]:
        held = [line.posting for line in lines if line.posting is not None]
        left = Counter({posting.post_kind_id: 0 for posting in held})
        left.subtract(posting.post_kind_id for posting in held if posting.counted)
        return post_boxes(application.unit, left)

    def panels(
        self, application: Application, lines: list[Line], user: Any
    ) -> list[tuple[str, dict[str, Any]]]:
        return [("approvals/_posts.html", {"posts": self.posts(application, lines)})]

    def guard(self, application: Application, lines: list[Line]) -> None:
        for line in lines:
            if line.posting is None or line.posting.unit_id != application.unit_id:
                raise errors.LineFails(line, errors.NotOfThisUnit(application.unit))

    def effect(self, application: Application, line: Line, *, by: Any) -> None:
        staff.end_posting(
            posting=there(line, line.posting), by=by, **frozen.thaw(line.values["place"])
        )


def post_boxes(unit: Unit, deltas: dict[str, int]) -> list[PostBox]:
    """Return the posts of `unit` before and after; deltas: key of the kind → holders more."""
    now = {row.post_kind_id: row for row in looking.posts_of(unit)}
    kinds = CodeValue.objects.in_bulk(list(deltas))
    found = []
    for key, delta in deltas.items():
        row = now.get(key)
        due, filled = (row.due, row.filled) if row is not None else (0, 0)
        found.append(PostBox(unit, kinds[key], due, filled, delta))
    return sorted(found, key=lambda box: (box.post_kind.sort, box.post_kind.value))
