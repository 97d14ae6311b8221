"""What an office sets for each kind of application, in versions that are never rewritten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.core.history import RowHistory

from ..choices import Kind, Partner


@dataclass(frozen=True)
class StepSetting:
    """One step of a kind. limit: working days, 0 where none is set."""

    state: str
    label: str
    limit: int


@dataclass(frozen=True)
class Material:
    """One line of the list of materials (材料清单, domain.md §2.8)."""

    code: str
    label: str
    required: bool = False
    reviewed_by: str = ""
    sealed_by: str = ""
    contact: str = ""
    note: str = ""
    template: str = ""


@dataclass(frozen=True)
class PartnerSetting:
    """One partner's part. order: equal numbers act side by side. limit: working days."""

    code: str
    order: int
    limit: int

    @property
    def name(self) -> str:
        return str(Partner(self.code).label)


_kept: dict[int, KindVersion] = {}


class KindVersionQuerySet(models.QuerySet):
    def in_force(self, kind: str) -> KindVersion:
        """Return the newest version of a kind: what new applications begin with."""
        return self.filter(kind=kind).latest("number")  # type: ignore[return-value]

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def kept(self, pk: int) -> KindVersion:
        """Return a version, read once by each process: it never changes."""
        if pk not in _kept:
            _kept[pk] = self.get(pk=pk)  # type: ignore[assignment]
        return _kept[pk]


class KindVersion(models.Model):
    """Steps, limits, materials and partners of one kind. A running case keeps its version.

    steps      [{"state", "label", "limit"}] in order; states of choices.REVIEWS
    materials  [{"code", "label", "required", …}] as Material
    partners   [{"code", "order", "limit"}] as PartnerSetting
    paper      the form travels on paper and comes back before the facts change
    options    what single kinds ask for beside (see apps.approvals.kinds)
    The database refuses to change a version (migration 0002).
    """

    kind = models.CharField("事项", max_length=12, choices=Kind, db_collation="C")
    number = models.PositiveIntegerField("版本")
    steps = models.JSONField("环节")
    materials = models.JSONField("材料清单", default=list)
    partners = models.JSONField("联办部门", default=list)
    paper = models.BooleanField("纸质流转", default=False)
    options = models.JSONField("选项", default=dict)
    note = models.CharField("修改说明", max_length=200, blank=True)
    made_at = models.DateTimeField("生效时间", auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="修改人",
    )

    objects = KindVersionQuerySet.as_manager()
    history = RowHistory()

    class Meta:
        verbose_name = "流程配置"
        ordering = ("kind", "-number")
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="kind_version_once"),
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values), name="kind_version_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} 第 {self.number} 版"

    def get_absolute_url(self) -> str:
        return reverse("approvals:version", args=[self.pk])

    @property
    def way(self) -> list[StepSetting]:
        return [StepSetting(**one) for one in self.steps]

    @property
    def papers(self) -> list[Material]:
        return [Material(**one) for one in self.materials]

    @property
    def hands(self) -> list[PartnerSetting]:
        return [PartnerSetting(**one) for one in self.partners]

    def option(self, name: str, default: Any = None) -> Any:
        return self.options.get(name, default)

    def step_at(self, state: str) -> StepSetting | None:
        return next((one for one in self.way if one.state == state), None)
