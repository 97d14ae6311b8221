"""Reforms of units: fill in, check what will happen, confirm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core.http import render_form, requires
from apps.documents import handoff

from .. import errors, services
from ..choices import EntityKind, PlateKind
from ..forms import RenameForm
from ..models import Nameplate, Unit
from ..reform_forms import (
    HandOverForm,
    MergeForm,
    MoveForm,
    PlateForm,
    PlateOffForm,
    RankForm,
    ShareForm,
    SplitForm,
)
from ..refusals import sentence
from ..rules import MAINTAIN
from ..services.trial import trial
from .deeds import initial_of, show

BACK, CHECKED, SHARED = "_back", "_checked", "_shared"
NOT_KEPT = ("csrfmiddlewaretoken", "_key", BACK, CHECKED, handoff.BUTTON, "ending")


class Flow:
    """One kind of deed: a form, a page that says what will happen, and the deed."""

    form: ClassVar[type]
    title: ClassVar[str]
    verb: ClassVar[str]
    notes: Sequence[str] = ()
    named: ClassVar[Sequence[str]] = ("unit",)  #: fields the address may fill in
    shares: ClassVar[bool] = False  #: a second page asks what goes

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.by = request.user
        self.share: ShareForm | None = None

    # -- what each deed says -------------------------------------------------------------------
    def units(self, data: dict[str, Any]) -> list[Unit]:
        """Return the units whose figures the check page compares."""
        return [data["unit"]]

    def deed(self, data: dict[str, Any]) -> Callable[[], Any]:
        raise NotImplementedError

    def done(self, result: Any, data: dict[str, Any]) -> tuple[str, str]:
        """Return what to say, and where to go."""
        raise NotImplementedError

    def departments(self, data: dict[str, Any]) -> list[Unit]:
        """Return the 内设机构 of which the check page asks whether they end."""
        return []

    def bound(self, data: Any, **kwargs: Any) -> Any:
        return self.form(data, user=self.by, **kwargs)

    # -- the flow --------------------------------------------------------------------------------
    def answer(self) -> HttpResponse:
        request = self.request
        if handoff.asked(request):
            return handoff.leave(request)
        if request.method == "GET":
            return self._page(self.bound(None, initial=initial_of(request, *self.named)))
        form = self.bound(request.POST)
        if not form.is_valid() or BACK in request.POST:
            return self._page(form, status=200 if form.is_valid() else None)
        data = dict(form.cleaned_data)
        if self.shares and not self._shared(data):
            return self._share_page(form)
        deed = self.deed(data)
        if request.POST.get(CHECKED) == "1":
            try:
                result = deed()
            except errors.StillInUse:
                pass  # somebody was faster: the check page says what stands in the way now
            except errors.UnitRefused as refusal:
                if not isinstance(refusal, errors.CannotCarry):
                    show(form, refusal)
                    return self._page(form)
            else:
                words, url = self.done(result, data)
                messages.success(request, words)
                return redirect(url)
        return self._check(form, data, deed)

    def _page(self, form: Any, status: int | None = None) -> HttpResponse:
        return render_form(self.request, "units/reform_form.html", form, status=status, flow=self)

    def _shared(self, data: dict[str, Any]) -> bool:
        """Bind what goes; False while the page that asks for it is still to be shown."""
        posted = self.request.POST if SHARED in self.request.POST else None
        self.share = ShareForm(posted, unit=data["unit"])
        return posted is not None and self.share.is_valid()

    def _share_page(self, form: Any) -> HttpResponse:
        return render_form(
            self.request,
            "units/reform_share.html",
            self.share,
            flow=self,
            basis=form.cleaned_data,
            kept=self._kept(but=self.share.fields if self.share else ()),
        )

    def _check(self, form: Any, data: dict[str, Any], deed: Callable[[], Any]) -> HttpResponse:
        outcome = trial(deed, self.units(data), by=self.by)
        refused = outcome.refusal
        if refused is not None and not isinstance(refused, errors.CannotCarry | errors.StillInUse):
            if self.share is not None and isinstance(
                refused, errors.NothingGoes | errors.NotItsDepartment
            ):
                self.share.add_error(None, sentence(refused))
                return self._share_page(form)
            show(form, refused)
            return self._page(form)
        context = {
            "flow": self,
            "data": data,
            "trial": outcome,
            "refused": sentence(refused) if refused is not None else "",
            "told": outcome.told,
            "departments": self.departments(data),
            "ending": self.request.POST.getlist("ending"),
            "kept": self._kept(),
        }
        status = 422 if refused is not None else 200
        return render(self.request, "units/reform_check.html", context, status=status)

    def _kept(self, but: Any = ()) -> list[tuple[str, str]]:
        """Return what was posted, to be posted again by the next page."""
        post = self.request.POST
        names = [name for name in post if name not in NOT_KEPT and name not in but]
        return [(name, value) for name in names for value in post.getlist(name)]

    def _ending(self, data: dict[str, Any]) -> list[Unit]:
        keys = {key for key in self.request.POST.getlist("ending") if key.isdigit()}
        return [unit for unit in self.departments(data) if str(unit.pk) in keys]


def _reform_url(data: dict[str, Any]) -> str:
    return reverse("units:reform", args=[data["document"].pk])


def _basis(data: dict[str, Any], by: Any) -> dict[str, Any]:
    return {"on": data["on"], "document": data["document"], "by": by}


class Rename(Flow):
    form, title, verb = RenameForm, "机构更名", "登记更名"
    notes = (
        "原名称留在沿革里，按原名称仍可找到该机构。",
        "人员、编制、职数随机构走，不需要重新登记。",
    )

    def deed(self, data: dict[str, Any]) -> Callable[[], Any]:
        self.old = data["unit"].name
        return lambda: services.rename(
            unit=data["unit"], name=data["name"], short_name=data["short_name"] or None,
            **_basis(data, self.by),
        )  # fmt: skip

    def done(self, result: Any, data: dict[str, Any]) -> tuple[str, str]:
        return f"“{self.old}”已更名为“{result.name}”", result.get_absolute_url()


class Rank(Flow):
    form, title, verb = RankForm, "规格调整", "登记规格调整"
    notes = ("规格一经确定，调整须有批文；以前各天仍显示原规格。",)

    def deed(self, data: dict[str, Any]) -> Callable[[], Any]:
        def change() -> Unit:
            if data["unit"].rank_id == data["rank"].pk:
                raise errors.SameRank(data["unit"], data["rank"])
            return services.change(unit=data["unit"], rank=data["rank"], **_basis(data, self.by))

        return change

    def done(self, result: Any, data: dict[str, Any]) -> tuple[str, str]:
        return f"“{result.name}”的规格已调整为“{data['rank']}”", result.get_absolute_url()


class Move(Flow):
    form, title, verb = MoveForm, "隶属关系调整", "登记调整"
    named = ("unit", "parent")
    notes = (
        "下级机构、编制、职数、人员、批文随同移动，不需要重新登记。",
        "以前各天的机构树仍显示在原来的位置。",
    )

    def deed(self, data: dict[str, Any]) -> Callable[[], Any]:
        return lambda: services.move(
            unit=data["unit"], parent=data["parent"], after=data["after"], kind=data["kind"],
            **_basis(data, self.by),
        )  # fmt: skip

    def done(self, result: Any, data: dict[str, Any]) -> tuple[str, str]:
        return f"“{result.name}”已调整到“{data['parent']}”下", result.get_absolute_url()


class Hang(Flow):
    form, title, verb = PlateForm, "挂牌", "登记挂牌"
    notes = ("挂牌不改变机构名称；按牌子名称也能找到该机构。", "同一机构可以挂多块牌子，各有批文。")

    def deed(self, data: dict[str, Any]) -> Callable[[], Any]:
        return lambda: services.hang(
            unit=data["unit"], name=data["name"], kind=data["kind"], **_basis(data, self.by)
        )

    def done(self, result: Any, data: dict[str, Any]) -> tuple[str, str]:
        label = PlateKind(data["kind"]).label
        url = reverse("units:history", args=[data["unit"].pk])
        return f"“{data['unit']}”已登记{label}“{result.name}”", url


class Merge(Flow):
    form, title, verb = MergeForm, "合并机构", "确认合并"
    named = ("unit1", "into")
    notes = (
        "被合并的机构自生效日期起撤销，人员、编制、职数、在途占用转入承接机构。",
        "内设机构随同转入；同名的内设机构并在一起；下一页可选择哪些撤销。",
        "下属单位随同划转。下一页先列出办理的结果，确认后才办理。",
    )

    def units(self, data: dict[str, Any]) -> list[Unit]:
        chosen = [data[name] for name in MergeForm.names if data.get(name)]
        return [*chosen, data["into"]] if data["into"] else chosen

    def departments(self, data: dict[str, Any]) -> list[Unit]:
        found: list[Unit] = []
        for name in MergeForm.names:
            if unit := data.get(name):
                rows = Unit.objects.active().under(unit).filter(depth=unit.depth + 1)
                found += rows.filter(entity_kind=EntityKind.DEPARTMENT)
        return found

    def deed(self, data: dict[str, Any]) -> Callable[[], Any]:
        sources = [data[name] for name in MergeForm.names if data.get(name)]
        new = services.NewUnit(data["new_name"], data["parent"])
        return lambda: services.merge(
            units=sources, into=data["into"] or new, ending=self._ending(data),
            postings=data["postings"], plates=data["plates"], **_basis(data, self.by),
        )  # fmt: skip

    def done(self, result: Any, data: dict[str, Any]) -> tuple[str, str]:
        return f"合并已办理，承接机构是“{result.name}”", _reform_url(data)


class Split(Flow):
    form, title, verb, shares = SplitForm, "分立机构", "确认分立", True
    notes = (
        "新设机构与原机构同级，性质、规格等照原机构，可再修改。",
        "下一页选择划出的内设机构、人员、编制和职数；选定内设机构的，其人员随同。",
        "原机构撤销的，没有划出的部分全部归另一个新设机构。",
    )

    def deed(self, data: dict[str, Any]) -> Callable[[], Any]:
        parts = [_part(services.NewUnit(data["new_name"]), self.share)]
        rest = data["rest_name"].strip()
        if rest:
            parts.append(services.Part(services.NewUnit(rest)))
        return lambda: services.split(
            unit=data["unit"], parts=parts, ends=bool(rest), **_basis(data, self.by)
        )

    def done(self, result: Any, data: dict[str, Any]) -> tuple[str, str]:
        names = "、".join(f"“{unit.name}”" for unit in result)
        return f"分立已办理，设立了{names}", _reform_url(data)


class HandOver(Flow):
    form, title, verb, shares = HandOverForm, "划转科室和编制", "确认划转", True
    notes = (
        "下一页选择划转的内设机构、人员、编制和职数。",
        "整个机构换上级的，请用“隶属关系调整”。",
    )

    def units(self, data: dict[str, Any]) -> list[Unit]:
        return [data["unit"], data["target"]]

    def deed(self, data: dict[str, Any]) -> Callable[[], Any]:
        part = _part(data["target"], self.share)
        return lambda: services.hand_over(unit=data["unit"], part=part, **_basis(data, self.by))

    def done(self, result: Any, data: dict[str, Any]) -> tuple[str, str]:
        return f"“{data['unit']}”向“{result.name}”的划转已办理", _reform_url(data)


def _part(target: Any, share: Any) -> services.Part:
    chosen = share.cleaned_data
    return services.Part(
        target=target,
        departments=list(chosen["departments"]),
        figures=share.figures(),
        people=frozenset(int(key) for key in chosen["people"]),
    )


class TakeOff(Flow):
    form, title, verb = PlateOffForm, "摘牌", "登记摘牌"
    named = ()

    def __init__(self, request: HttpRequest, plate: Nameplate) -> None:
        super().__init__(request)
        self.plate = plate
        self.notes = (f"“{plate.unit}”将摘下“{plate.name}”。",)

    def units(self, data: dict[str, Any]) -> list[Unit]:
        return [self.plate.unit]

    def deed(self, data: dict[str, Any]) -> Callable[[], Any]:
        return lambda: services.take_off(plate=self.plate, **_basis(data, self.by))

    def done(self, result: Any, data: dict[str, Any]) -> tuple[str, str]:
        url = reverse("units:history", args=[self.plate.unit_id])
        return f"“{self.plate.unit}”已摘下“{result.name}”", url


def _view(flow: type[Flow]) -> Any:
    @requires(MAINTAIN)
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest) -> HttpResponse:
        return flow(request).answer()

    view.__doc__ = f"{flow.title}."
    return view


unit_rename, unit_rank, unit_move, unit_hang = map(_view, (Rename, Rank, Move, Hang))
unit_merge, unit_split, unit_hand_over = map(_view, (Merge, Split, HandOver))


@requires(MAINTAIN)
@require_http_methods(["GET", "POST"])
def plate_off(request: HttpRequest, pk: int) -> HttpResponse:
    plates = Nameplate.objects.open().filter(unit__in=Unit.objects.granted(request.user, MAINTAIN))
    plate = get_object_or_404(plates.select_related("unit"), pk=pk)
    return TakeOff(request, plate).answer()
