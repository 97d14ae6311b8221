"""Changing how the office runs 用编: a new version each time, nothing rewritten (NT-12)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms.models import model_to_dict

from apps.audit import services as audit
from apps.core.writes import write

from .. import errors, rules, use_settings
from ..choices import Kind
from ..models import KindVersion, UseSetting
from . import numbering

NAMES = (
    "prefix", "balance", "relation", "ratio_in", "ratio_out", "per", "exempt_modes", "recover",
    "soon",
)  # fmt: skip
#: options of 用编申请 that the same page sets
OPTIONS = ("formula", "leaders", "valid_months")


@write
def set_use(*, values: dict[str, Any], options: dict[str, Any], reason: str, by: Any) -> UseSetting:
    """Let settings hold from now on. Running applications keep the formula they began with.

    values    by the names of NAMES; options by OPTIONS: a change makes a version of 用编申请
    Raises PermissionDenied, OpinionMissing.
    """
    if by is not None and not rules.may_set_use(by):
        raise PermissionDenied
    if not reason.strip():
        raise errors.OpinionMissing("修改设置")
    numbering.lock(numbering.SETTINGS)
    old = use_settings.current()
    before = model_to_dict(old, fields=NAMES)
    row = UseSetting.objects.create(
        number=old.number + 1,
        reason=reason.strip()[:200],
        made_by=by,
        **{name: values[name] for name in NAMES},
    )
    last = KindVersion.objects.in_force(Kind.QUOTA_USE)
    chosen = {**last.options, **{name: options[name] for name in OPTIONS}}
    if chosen != last.options:
        KindVersion.objects.create(
            kind=Kind.QUOTA_USE,
            number=last.number + 1,
            steps=last.steps,
            materials=last.materials,
            partners=last.partners,
            paper=last.paper,
            options=chosen,
            note=reason.strip()[:200],
            made_by=by,
        )
    audit.record(
        "usesetting.change",
        target=row,
        by=by,
        before={**before, **{name: last.options.get(name) for name in OPTIONS}},
        after={**model_to_dict(row, fields=NAMES), **options},
        note=reason.strip(),
        scope="",
    )
    return row
