"""我的档案: one's own record and who looked at it; tying accounts; holding looks back."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts import refusals
from apps.accounts.errors import ProposalRefused
from apps.accounts.models import OwnRecord, User
from apps.accounts.requests import SignedInRequest
from apps.accounts.views import after_proposing
from apps.core.administrators import SECURITY, requires_administrator
from apps.core.http import Option, redirect_here, render_form, requires, suggestions

from .. import own, secrets
from ..forms.own import HoldForm, TieForm, UntieForm
from ..models import Occupancy, Person


@requires()
@require_GET
def own_record(request: SignedInRequest) -> HttpResponse:
    """What the register says of the reader, masked as everywhere, and who looked at it."""
    person = own.person_of(request.user)
    if person is None:
        return render(request, "staff/own_missing.html", {})
    spells = Occupancy.objects.filter(person=person).select_related(
        "unit", "quota_type", "status", "document"
    )
    context = {
        "person": person,
        "number": secrets.id_no(person),
        "phone": secrets.phone(person),
        "spells": spells.order_by("-starts_on", "-pk"),
        "looks": own.looked_at(person),
        "waiting": own.waiting_about(request.user),
    }
    return render(request, "staff/own.html", context)


@requires("examine")
@require_http_methods(["GET", "POST"])
def tie(request: SignedInRequest, pk: int) -> HttpResponse:
    """Prove whose account it is; a security administrator confirms."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    if not own.may_tie(request.user, person):
        raise PermissionDenied("只有该人员所在单位的编办经办人可以办理绑定")
    form = TieForm(request.POST if request.method == "POST" else None, person=person)
    if form.is_valid():
        try:
            made = own.propose_tie(
                person=person,
                user=form.cleaned_data["user"],
                number=form.cleaned_data["number"],
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except own.NotThatPerson:
            form.add_error("number", "号码与登记不一致，请核对本人证件；不是本人不能绑定")
        except ProposalRefused as refusal:
            form.add_error(None, refusals.sentence(refusal))
        else:
            messages.success(request, f"已提交，等待安全管理员确认：{made.summary}")
            return redirect_here(request, person)
    tied = OwnRecord.objects.filter(person_id=person.pk).select_related("user").first()
    return render_form(request, "staff/tie.html", form, person=person, tied=tied)


@requires()
@require_http_methods(["GET", "POST"])
def untie(request: SignedInRequest, pk: int) -> HttpResponse:
    """Propose to untie an account from its person: oneself, the office, or security (A-20).

    pk   of the account. For everybody else it does not exist.
    """
    account = get_object_or_404(User.objects.filter(own_record__isnull=False), pk=pk)
    if not own.may_untie(request.user, account):
        raise Http404
    form = UntieForm(request.POST if request.method == "POST" else None)
    waiting = own.waiting_about(account)
    if form.is_valid():
        try:
            made = own.propose_untie(
                user=account, reason=form.cleaned_data["reason"], by=request.user
            )
        except own.NotTied:
            form.add_error(None, "这个账户已经没有绑定人员，不必解除")
        except ProposalRefused as refusal:
            form.add_error(None, refusals.sentence(refusal))
        else:
            if request.user.is_administrator:
                return after_proposing(request, made)
            messages.success(request, f"已提交，等待安全管理员确认：{made.summary}")
            return redirect_here(request, _after_untying(request, account))
    return render_form(
        request,
        "staff/untie.html",
        form,
        account=account,
        waiting=waiting,
        back=_after_untying(request, account),
    )


def _after_untying(request: SignedInRequest, account: User) -> str:
    """Return where one came from: one's own record, the account, or the person."""
    if request.user.pk == account.pk:
        return reverse("staff:own")
    person = own.person_of(account)
    if request.user.is_administrator or person is None:
        return reverse("accounts:proposals")
    return person.get_absolute_url()


@requires("examine")
@require_GET
def tie_accounts(request: HttpRequest) -> HttpResponse:
    """Answer the picker: accounts by their whole username or the beginning of the name."""
    text = request.GET.get("q", "").strip()
    found = User.objects.filter(is_active=True, admin_kind__isnull=True, own_record__isnull=True)
    found = found.filter(username__istartswith=text) | found.filter(name__startswith=text)
    options = (
        Option(user.pk, f"{user.name}（{user.username}）", user.title)
        for user in (found.order_by("username")[:21] if text else ())
    )
    return suggestions(request, options)


@requires_administrator(SECURITY)
@require_http_methods(["GET", "POST"])
def hold(request: SignedInRequest) -> HttpResponse:
    """Propose to hold the looks for a case of discipline back."""
    form = HoldForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = own.propose_hold(
                person=form.cleaned_data["person_no"],
                until=form.cleaned_data["until"],
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except own.HoldTooLong:
            form.add_error("until", "请选择明天起一年以内的日期，到期仍需要的可再次提出")
        except ProposalRefused as refusal:
            form.add_error(None, refusals.sentence(refusal))
        else:
            return after_proposing(request, made)
    return render_form(request, "staff/hold.html", form)
