"""Units of a small county, and documents about them, made through the real services."""

import datetime as dt
from itertools import count

from apps.accounts.models import User
from apps.core import pinyin
from apps.units import appointments
from apps.units.choices import EntityKind
from apps.units.models import Unit

from . import reference
from .documents import DocumentFactory

_numbers = count(1)
DAY = dt.date(2015, 3, 1)


def unit(name: str = "", parent: Unit | None = None, **values) -> Unit:
    """Make a unit straight in the tree, last child of `parent` (a root without one)."""
    number = next(_numbers)
    name = name or f"测试单位{number}"
    values.setdefault("entity_kind", EntityKind.BODY)
    values.setdefault("code", f"9{number:08d}")
    made = Unit(
        name=name,
        name_pinyin=pinyin.unit_full(name),
        name_initials=pinyin.unit_initials(name),
        **values,
    )
    if parent is None:
        return Unit.objects.add_root(instance=made)
    return Unit.objects.add_child(parent, instance=made)


def county(name: str = "嵊州市") -> Unit:
    """Make the root of one county, with the code tables."""
    reference.load()
    return unit(name, entity_kind=EntityKind.GROUPING)


def person(username: str, name: str = "", **values) -> User:
    """Make an account without a role."""
    return User.objects.create_user(username, "正确的-Horse-9", name=name or username, **values)


def holder(username: str, role: str, where: Unit, name: str = "") -> User:
    """Make an account that holds `role` on the subtree of `where`."""
    user = person(username, name)
    appointments.appoint(user=user, role=role, unit=where, by=None)
    return User.objects.get(pk=user.pk)


__all__ = ["DAY", "DocumentFactory", "county", "holder", "person", "unit"]
