"""Importing the register of documents."""

import pytest
from django.db import transaction

from apps.audit.models import AuditEvent
from apps.core.imports import KINDS, RefusedByRegister
from apps.core.sheets import Sheet, Workbook
from apps.core.writes import sign
from apps.documents.models import ApprovalDocument
from apps.units.models import DocumentUnit
from tests.factories.documents import DocumentFactory

pytestmark = pytest.mark.django_db
KIND = KINDS["documents"]
HEADER = ("文号", "标题", "发文机关", "发文日期", "文件类别", "密级", "涉及机构编码")


def check(*rows, user, under=None):
    book = Workbook("csv", [Sheet("批文目录", [list(row) for row in rows])])
    return KIND.check(book, user=user, under=under)


def take_in(*rows, user):
    plan = check(*rows, user=user)
    assert plan.faults.as_json() == []
    with transaction.atomic():
        sign(by=user)
        KIND.commit(plan, by=user)
    return plan


def line(number="嵊编发[2015]12号", units="", kind="机构设立", day="2015.3.1", secrecy=""):
    return (number, "关于设立体育局的批复", "嵊州市编委", day, kind, secrecy, units)


def messages(plan):
    return [(fault.row, fault.header, fault.message) for fault in plan.faults.sorted()]


def test_documents_are_registered_with_their_units(home, bureau, clerk):
    plan = take_in(HEADER, line(units=f"{bureau.code}、{home.code}"), user=clerk)

    document = ApprovalDocument.objects.get(number="嵊编发〔2015〕12号")
    assert (plan.creates, document.scope, document.kind_id) == (1, home.path, "doc_kind.11")
    assert document.secrecy == "internal"
    links = DocumentUnit.objects.filter(document=document).values_list("unit_id", flat=True)
    assert set(links) == {home.pk, bureau.pk}
    assert document.history.get().history_user_id == clerk.pk
    assert AuditEvent.objects.filter(kind="document.import").count() == 1


def test_the_same_file_again_changes_nothing(home, bureau, clerk):
    take_in(HEADER, line(units=bureau.code), user=clerk)
    again = take_in(HEADER, line(units=bureau.code), user=clerk)

    assert (again.creates, again.changes, again.same) == (0, 0, 1)
    assert AuditEvent.objects.filter(kind="document.import").count() == 1


def test_what_differs_is_shown_and_set(home, clerk):
    take_in(HEADER, line(), user=clerk)
    plan = take_in(HEADER, line(kind="综合"), user=clerk)

    assert [tuple(change) for change in plan.changed[0].changes] == [
        ("文件类别", "机构设立", "综合")
    ]
    assert ApprovalDocument.objects.get().kind_id == "doc_kind.51"


def test_every_fault_stands_at_its_cell(home, foreign_bureau, foreign_home, clerk):
    DocumentFactory(number="新编发〔2015〕1号", scope=foreign_home.path)
    plan = check(
        HEADER,
        line("嵊编发15号"),
        line("嵊编发〔2015〕2号", day="2015.13.1"),
        line("嵊编发〔2015〕3号", units=foreign_bureau.code),
        line("嵊编发〔2015〕4号"),
        line("嵊编发[2015]04号"),
        line("新编发〔2015〕1号"),
        line("嵊编发〔2015〕5号", kind="机构设置"),
        user=clerk,
    )
    found = messages(plan)
    assert [(row, header) for row, header, _ in found] == [
        (2, "文号"),
        (3, "发文日期"),
        (4, "涉及机构编码"),
        (6, "文号"),
        (7, "文号"),
        (8, "文件类别"),
    ]
    assert "与第 5 行重复" in found[3][2]
    assert "已由其他登记范围登记" in found[4][2]
    assert "机构设立" in found[5][2]
    assert "保密名称" not in str(found)


def test_who_is_faster_makes_the_commit_refuse(home, clerk):
    plan = check(HEADER, line(), user=clerk)
    DocumentFactory(number="嵊编发〔2015〕12号", scope=home.path)

    with pytest.raises(RefusedByRegister), transaction.atomic():
        KIND.commit(plan, by=clerk)
    assert ApprovalDocument.objects.count() == 1


def test_an_exported_register_comes_back_unchanged(home, bureau, clerk):
    take_in(HEADER, line(units=bureau.code), line("嵊编发〔2015〕13号"), user=clerk)
    columns = KIND.columns(clerk)
    exported = [
        [column.shown(value) for column, value in zip(columns, row, strict=True)]
        for row in KIND.rows(user=clerk)
    ]
    plan = check([column.header for column in columns], *exported, user=clerk)

    assert (plan.creates, plan.changes, plan.same) == (0, 0, 2)
    assert plan.faults.as_json() == []
