"""信息变更 of a person and of a spell, 任职 and 离任."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core.http import requires
from apps.core.scope import covers

from .. import looking, rules, services
from ..deeds import Deed
from ..forms import EndPostingForm, PersonForm, PostingForm, SpellForm
from ..models import Person, PostHolding
from ..rules import EXAMINE
from .moves import examined


def _person_url(pk: int) -> str:
    return reverse("staff:detail", args=[pk])


class ChangingPerson(Deed):
    form = PersonForm
    template = "staff/person_edit.html"

    def do(self, form: PersonForm) -> HttpResponse:
        person = self.subjects["person"]
        scope = rules.scope_for(self.request.user, person)
        services.change_person(person=person, by=self.request.user, scope=scope, **form.values())
        return self.done("人员信息已保存", _person_url(person.pk))


class ChangingSpell(Deed):
    form = SpellForm
    template = "staff/spell_edit.html"

    def context(self, form: SpellForm) -> dict[str, Any]:
        spell = self.subjects["spell"]
        return {"boxes": [looking.box(spell.unit, spell.quota_type, 0)], "person": spell.person}

    def do(self, form: SpellForm) -> HttpResponse:
        spell = services.change_spell(
            spell=self.subjects["spell"], by=self.request.user, **form.values()
        )
        return self.done("在编信息已保存", _person_url(spell.person_id))


class StartingPost(Deed):
    form = PostingForm
    template = "staff/posting_start.html"

    def asked(self) -> dict[str, Any]:
        spell = self.subjects["person"].occupancies.open().first()
        found = super().asked()
        if spell is not None:
            found.setdefault("unit", spell.unit_id)
            found.setdefault("post_level", spell.post_level_id)
        return found

    def context(self, form: PostingForm) -> dict[str, Any]:
        data = getattr(form, "cleaned_data", {}) if form.is_bound else {}
        unit = data.get("unit") or form.unit_asked()
        return {"posts": looking.posts_of(unit)}

    def do(self, form: PostingForm) -> HttpResponse:
        person = self.subjects["person"]
        posting = services.start_posting(person=person, by=self.request.user, **form.values())
        message = f"{person} 已任{posting.unit}{posting.post_name}"
        return self.done(message, _person_url(person.pk))


class EndingPost(Deed):
    form = EndPostingForm
    template = "staff/posting_end.html"

    def do(self, form: EndPostingForm) -> HttpResponse:
        posting = services.end_posting(
            posting=self.subjects["posting"], by=self.request.user, **form.values()
        )
        message = f"{posting.person} 已离任：{posting.unit}{posting.post_name}"
        return self.done(message, _person_url(posting.person_id))


def _changeable(request: HttpRequest, pk: int) -> Person:
    person = get_object_or_404(Person.objects.visible_to(request.user).select_related("sex"), pk=pk)
    if not rules.may_change(request.user, person):
        raise PermissionDenied("账号没有修改这个人员的权限")
    return person


@requires(EXAMINE)
@require_http_methods(["GET", "POST"])
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return ChangingPerson(request, person=_changeable(request, pk)).answer()


@requires(EXAMINE)
@require_http_methods(["GET", "POST"])
def spell_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return ChangingSpell(request, spell=examined(request, pk)).answer()


@requires(EXAMINE)
@require_http_methods(["GET", "POST"])
def posting_start(request: HttpRequest, pk: int) -> HttpResponse:
    return StartingPost(request, person=_changeable(request, pk)).answer()


@requires(EXAMINE)
@require_http_methods(["GET", "POST"])
def posting_end(request: HttpRequest, pk: int) -> HttpResponse:
    postings = PostHolding.objects.visible_to(request.user)
    related = ("person", "unit", "post_kind", "document")
    posting = get_object_or_404(postings.select_related(*related), pk=pk)
    if not covers(request.user.subtrees(EXAMINE), posting.scope):
        raise PermissionDenied("账号没有办理这个单位人员的权限")
    return EndingPost(request, posting=posting).answer()
