"""What the kinds say of people and places, for the pages and the printed forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from apps.core.models import CodeValue
from apps.staff import looking, secrets
from apps.staff.models import Occupancy, PostHolding

from .. import frozen, sealed
from ..models import Line
from .base import Fact


def rows(
    form: Any,
    words: Mapping[str, str],
    names: Iterable[str],
    before: Mapping[str, str] | None = None,
) -> list[Fact]:
    """Return facts of frozen values under the labels of their form, in the order of `names`."""
    labels = form.base_fields
    return [
        Fact(
            str(labels[name].label),
            words.get(name, ""),
            before.get(name, "") if before is not None else None,
        )
        for name in names
        if name in labels and (before is None or name in words)
    ]


def basis(form: Any, words: Mapping[str, str]) -> Fact:
    """Return what the matter rests on: the document, or the number that was typed."""
    text = words.get("document") or words.get("document_no", "")
    return Fact(str(form.base_fields["document"].label), text)


def person(line: Line) -> tuple[str, list[Fact]]:
    """Return who a line is about: name, masked number, sex, month of birth."""
    found = [
        Fact("姓名", line.name),
        Fact("公民身份号码", number(line), masked="identity"),
    ]
    if line.person is not None:
        found += [
            Fact("性别", str(line.person.sex)),
            Fact("出生年月", f"{line.person.birth_month:%Y-%m}"),
        ]
    return "人员信息", found


def number(line: Line) -> str:
    """Return the masked number of who is there already, never the one that is asked for."""
    return str(secrets.id_no(line.person) if line.person is not None else sealed.id_no(line))


def place(spell: Occupancy) -> list[Fact]:
    """Return the place somebody holds."""
    return [
        Fact("编制所在单位", spell.unit.name),
        Fact("编制类型", spell.quota_type.label),
        Fact("入编时间", spell.starts_on.isoformat()),
        Fact("职务", spell.post_name),
    ]


def held(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return some fields of a row, frozen: what a change begins from."""
    return frozen.freeze({name: getattr(row, row._meta.get_field(name).attname) for name in names})


def posts_ending(spell: Occupancy) -> list[PostHolding]:
    """Return the posts that end with a place."""
    held_ = PostHolding.objects.open().filter(person=spell.person_id, unit=spell.unit_id)
    return list(held_.select_related("post_kind", "unit").order_by("pk"))


def cells(lines: Iterable[Line], *, sign: int = -1) -> list[looking.Box]:
    """Return the cells that the people of these lines leave (−1) or stay in (0), after."""
    counted: dict[tuple[int, str], tuple[Occupancy, int]] = {}
    for line in lines:
        spell = line.spell
        if spell is None:
            continue
        key = (spell.unit_id, spell.quota_type_id)
        _, n = counted.get(key, (spell, 0))
        counted[key] = (spell, n + (1 if spell.counts else 0))
    found = [looking.box(spell.unit, spell.quota_type, sign * n) for spell, n in counted.values()]
    return [one for one in found if one is not None]


def coming(unit: Any, lines: Iterable[Line]) -> list[looking.Box]:
    """Return the cells of `unit` that the people of these lines come into; a used head brings
    its own reserved place."""
    kinds: dict[str, tuple[CodeValue, int, int]] = {}
    for line in lines:
        kind = line.quota_type
        if kind is None:
            continue
        _, n, reserved = kinds.get(kind.pk, (kind, 0, 0))
        counts = line.spell is None or line.spell.counts
        kinds[kind.pk] = (kind, n + counts, reserved + (line.slot_id is not None))
    found = []
    for kind, n, reserved in kinds.values():
        box = looking.box(unit, kind, n)
        if box is not None:
            found.append(looking.without_reserved(box, reserved))
    return found
