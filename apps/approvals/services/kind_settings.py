"""流程配置: a new version of a kind's settings; running cases keep theirs. Source: AP-10, AP-24."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection

from apps.audit import services as audit
from apps.core.writes import write
from apps.documents import files

from .. import describing, errors, rules
from ..choices import GIVING, Partner, State, reviews_of
from ..models import KindVersion, Template

#: Working days a step may be given at most.
MOST_DAYS = 60
#: Lines a list of materials may have.
MOST_MATERIALS = 30
LOCK_CLASS = 71012
_OFFICE = (State.EXAMINING, State.SIGNING, State.DECIDING)


@write
def change(
    *,
    kind: str,
    based_on: int,
    steps: list[dict[str, Any]],
    materials: list[dict[str, Any]],
    partners: list[dict[str, Any]],
    paper: bool,
    options: dict[str, Any],
    note: str,
    by: Any,
) -> KindVersion:
    """Write the next version; new applications begin with it.

    based_on   number of the version the form showed
    options    those to change; the others are kept as they are
    Raises PermissionDenied, SettingChanged, SettingUnfit, SettingSame.
    """
    if not rules.may_set_kinds(by):
        raise PermissionDenied
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCK_CLASS])
    last = KindVersion.objects.select_related("made_by").filter(kind=kind).latest("number")
    if last.number != based_on:
        raise errors.SettingChanged(last)
    if not note.strip():
        raise errors.SettingUnfit("note", "请写明为什么修改，日后可查")
    refuse_unfit(kind, steps, materials, partners)
    version = KindVersion(
        kind=kind,
        number=last.number + 1,
        steps=steps,
        materials=materials,
        partners=partners,
        paper=paper,
        options={**last.options, **options},
        note=note.strip()[:200],
        made_by=by,
    )
    changed = describing.differences(last, version)
    if not changed:
        raise errors.SettingSame
    version.save(force_insert=True)
    audit.record(
        "kindversion.change",
        target=version,
        by=by,
        before={one["label"]: one["before"] for one in changed},
        after={"kind": version.get_kind_display(), "number": version.number}
        | {one["label"]: one["after"] for one in changed},
        note=version.note,
        scope="",
    )
    return version


def refuse_unfit(
    kind: str,
    steps: list[dict[str, Any]],
    materials: list[dict[str, Any]],
    partners: list[dict[str, Any]],
) -> None:
    """Raise SettingUnfit where settings would leave a case without a sound way."""
    states = [one["state"] for one in steps]
    if unknown := [one for one in states if one not in reviews_of(kind)]:
        raise errors.SettingUnfit("", f"没有这个环节：{'、'.join(unknown)}")
    if len(set(states)) != len(states):
        raise errors.SettingUnfit("", "同一个环节只能设置一次")
    if not any(one in _OFFICE for one in states):
        raise errors.SettingUnfit("examining_on", "至少保留编办的一个环节，否则没有人作出决定")
    if State.SUPERVISING in states and states[0] != State.SUPERVISING:
        raise errors.SettingUnfit("supervising_place", "主管部门审核要排在编办各环节之前")
    if states[-1] in GIVING:
        raise errors.SettingUnfit(
            "releasing_place", "划出方编办先表态，划入方编办再决定：请排在编办最后一个环节之前"
        )
    for one in steps:
        state, limit = one["state"], one["limit"]
        if not 0 <= limit <= MOST_DAYS:
            raise errors.SettingUnfit(
                f"{state}_limit", f"期限应为 0 至 {MOST_DAYS} 个工作日，0 表示不设期限"
            )
        if state == State.DECIDING and not limit:
            raise errors.SettingUnfit("deciding_limit", "主任审定是最后一环，请给自己也设一个期限")
        if not one["label"].strip():
            raise errors.SettingUnfit(f"{state}_label", "请填写环节名称")
    for one in partners:
        if one["code"] not in Partner.values:
            raise errors.SettingUnfit("", f"没有这个联办部门：{one['code']}")
        if not 0 <= one["limit"] <= MOST_DAYS:
            raise errors.SettingUnfit(
                f"{one['code']}_limit", f"期限应为 0 至 {MOST_DAYS} 个工作日，0 表示不设期限"
            )
    labels = [one["label"] for one in materials]
    if len(set(labels)) != len(labels):
        twice = next(one for one in labels if labels.count(one) > 1)
        raise errors.SettingUnfit("", f"材料“{twice}”写了两次，请合并为一行")
    if len(materials) > MOST_MATERIALS:
        raise errors.SettingUnfit("", f"材料最多 {MOST_MATERIALS} 行")


@write
def keep_template(*, upload: Any, by: Any) -> Template:
    """Keep the empty form of a material. Raises PermissionDenied, documents.errors of the file."""
    if not rules.may_set_kinds(by):
        raise PermissionDenied
    stored = files.take_in(upload)
    row = Template.objects.create(
        key=stored.key, name=stored.name, sha256=stored.sha256, size=stored.size, added_by=by
    )
    audit.record("template.add", target=row, by=by, note=stored.name, scope="")
    return row
