"""Which rows use a code value."""

from __future__ import annotations

from typing import NamedTuple

from ..fields import CodeField
from ..history import tracked_models
from ..models import CodeValue


class Use(NamedTuple):
    """rows of `title` (a table in words) whose `field` is the value."""

    title: str
    field: str
    rows: int


def of(value: CodeValue) -> list[Use]:
    """Return where the value is used, most rows first. One query for each column that may."""
    found = []
    for model in tracked_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, CodeField) and field.table == value.table_id:
                rows = model._default_manager.filter(**{field.attname: value.pk}).count()
                if rows:
                    found.append(Use(str(model._meta.verbose_name), str(field.verbose_name), rows))
    children = CodeValue.objects.filter(parent=value).count()
    if children:
        found.append(Use("下级代码", "上级", children))
    return sorted(found, key=lambda use: -use.rows)
