"""The system itself as an actor: commands run on the server without a named person."""

from __future__ import annotations

from typing import Any


class SystemActor:
    """Sees the whole tree and holds every permission; never signs in, has no row."""

    pk = None
    name = "系统"
    admin_kind = None
    is_active = True
    is_authenticated = True
    is_administrator = False

    def __str__(self) -> str:
        return self.name

    def subtrees(self, permission: str) -> list[str]:
        return [""]

    def may(self, permission: str, unit: Any) -> bool:
        return True

    def may_anywhere(self, permission: str) -> bool:
        return True


SYSTEM = SystemActor()
