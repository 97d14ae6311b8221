"""Two people at one place of the tree, or at one document number: one wins, one gets a sentence."""

import datetime as dt

import pytest

from apps.audit.models import AuditEvent
from apps.core.models import CodeValue
from apps.documents import errors as document_errors
from apps.documents import services as documents
from apps.documents.models import ApprovalDocument
from apps.units import errors, services
from apps.units.choices import EntityKind
from apps.units.models import Unit
from tests.factories import units
from tests.races import meet_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def second_clerk(home):
    return units.holder("second", "office_clerk", home, "李经办")


def establish(parent, document, by, name="嵊州市体育局"):
    return lambda: services.establish(
        parent=parent,
        name=name,
        entity_kind=EntityKind.BODY,
        on=units.DAY,
        document=document,
        by=by,
    )


def held(unit):
    return Unit.objects.filter(pk=unit.pk)


@pytest.mark.rule("U-11")
def test_two_clerks_set_up_one_name(home, document, clerk, second_clerk):
    first, second = meet_at(
        held(home), establish(home, document, clerk), establish(home, document, second_clerk)
    )

    assert first.won
    assert isinstance(second.error, errors.NameTaken)
    assert Unit.objects.filter(name="嵊州市体育局").count() == 1
    assert AuditEvent.objects.filter(kind="unit.establish").count() == 1
    assert Unit.objects.find_problems() == ([], [], [], [], [])


def test_two_clerks_set_up_two_names(home, document, clerk, second_clerk):
    first, second = meet_at(
        held(home),
        establish(home, document, clerk, "甲局"),
        establish(home, document, second_clerk, "乙局"),
    )

    assert first.won
    assert second.won
    names = list(Unit.objects.under(home).values_list("name", flat=True))
    assert names == ["嵊州市", "甲局", "乙局"]
    assert Unit.objects.find_problems() == ([], [], [], [], [])


def test_nothing_is_set_up_under_what_is_being_abolished(bureau, document, clerk, second_clerk):
    first, second = meet_at(
        held(bureau),
        lambda: services.abolish(unit=bureau, on=units.DAY, document=document, by=clerk),
        establish(bureau, document, second_clerk),
    )

    assert first.won
    assert isinstance(second.error, errors.ParentAbolished)
    assert not Unit.objects.active().under(bureau).exists()


def test_what_just_got_a_child_is_not_abolished(bureau, document, clerk, second_clerk):
    first, second = meet_at(
        held(bureau),
        establish(bureau, document, clerk),
        lambda: services.abolish(unit=bureau, on=units.DAY, document=document, by=second_clerk),
    )

    assert first.won
    assert isinstance(second.error, errors.StillInUse)
    assert Unit.objects.get(pk=bureau.pk).is_active


@pytest.mark.rule("D-01")
def test_two_clerks_register_one_number(home, clerk, second_clerk):
    def register(by, title):
        return lambda: documents.register(
            number="嵊编发〔2015〕12号",
            title=title,
            issuer="嵊州市编委",
            issued_on=dt.date(2015, 3, 1),
            kind="doc_kind.11",
            by=by,
            scope_unit_path=home.path,
        )

    first, second = meet_at(
        CodeValue.objects.filter(pk="doc_kind.11"),
        register(clerk, "甲"),
        register(second_clerk, "乙"),
    )

    assert first.won
    assert isinstance(second.error, document_errors.NumberTaken)
    assert second.error.first == ApprovalDocument.objects.get()
    assert AuditEvent.objects.filter(kind="document.register").count() == 1
