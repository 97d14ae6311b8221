"""Migrations without rendering every neighbour of a changed model.

Django keeps a class of every model for the state that a migration starts from, and after each
operation makes anew the classes of all models that the changed one is related to, near or far. In
a schema where everything points to units, accounts and codes that is all of them, a thousand times
over: a fresh database cost a minute of a core, of which PostgreSQL used one second.

The schema editor needs less. What it asks of a neighbour is its table and the column pointed to,
and relations back are found by the neighbour's label, not by its class. So only the changed model
and its heirs are made anew, unless a neighbour's column may have to follow: a key, a unique field
or a name. The state counts as delayed, which is Django's own word for it: before Python code of a
migration, and before `post_migrate`, everything is made afresh.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

Key = tuple[str, str]  #: (app label, model's name in small letters)


class SparseState(ProjectState):
    """A project state that makes few classes anew; see the module's docstring."""

    _follow = False  #: neighbours are made anew too

    def clone(self) -> SparseState:
        """Return a copy; the classes are shared until one of the two changes them."""
        copy = SparseState({key: model.clone() for key, model in self.models.items()})
        copy.real_apps = self.real_apps
        if "apps" in self.__dict__:
            copy.apps = self.apps.clone()
        copy.is_delayed = self.is_delayed
        return copy

    def alter_field(
        self,
        app_label: str,
        model_name: str,
        name: str,
        field: models.Field,
        preserve_default: bool,
    ) -> None:
        before = self.models[app_label, model_name].fields[name]
        with self._following(before.unique or field.unique):  # a primary key is unique too
            super().alter_field(app_label, model_name, name, field, preserve_default)

    def rename_field(self, *args: Any, **kwargs: Any) -> None:
        with self._following(True):
            super().rename_field(*args, **kwargs)

    def rename_model(self, *args: Any, **kwargs: Any) -> None:
        with self._following(True):
            super().rename_model(*args, **kwargs)

    @contextmanager
    def _following(self, follow: bool) -> Iterator[None]:
        self._follow = follow
        try:
            yield
        finally:
            self._follow = False

    def _find_reload_model(self, app_label: str, model_name: str, delay: bool = False) -> set[Key]:
        if self._follow:
            return super()._find_reload_model(app_label, model_name, delay)  # type: ignore[misc]
        self.is_delayed = True
        found = {(app_label, model_name)}
        while heirs := {key for key in self.models if self._inherits(key, found)} - found:
            found |= heirs
        return found

    def _inherits(self, key: Key, from_any: set[Key]) -> bool:
        return any(
            isinstance(base, str) and tuple(base.lower().split(".")) in from_any
            for base in self.models[key].bases
        )


class SparseExecutor(MigrationExecutor):
    """Runs migrations on a SparseState."""

    def _create_project_state(self, with_applied_migrations: bool = False) -> SparseState:
        plain = super()._create_project_state(with_applied_migrations)  # type: ignore[misc]
        return SparseState(plain.models, plain.real_apps)
