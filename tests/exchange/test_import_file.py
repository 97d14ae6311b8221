"""`manage.py import_file` and `export_file`: the contract of design §10."""

import json

import pytest
from django.core.management import CommandError, call_command

from apps.audit.models import AuditEvent
from apps.core.models import Holiday
from apps.quotas.models import Balance, QuotaEntry

from .books import QUOTA_HEADERS, saved

pytestmark = pytest.mark.django_db


def run(*args, out):
    """Call import_file; return (exit code, report)."""
    try:
        call_command("import_file", *map(str, args), "--report", str(out))
        code = 0
    except SystemExit as stop:
        code = stop.code
    return code, json.loads(out.read_text())


def test_without_commit_nothing_is_written(tmp_path):
    file = saved(tmp_path / "h.xlsx", ["日期", "类别", "名称"], ["2027-01-01", "放假", "元旦"])
    code, report = run("holidays", file, out=tmp_path / "r.json")

    assert code == 0
    assert (report["rows"], report["created"]) == (1, 1)
    assert not Holiday.objects.exists()


def test_commit_writes_and_a_second_time_changes_nothing(tmp_path):
    file = saved(tmp_path / "h.xlsx", ["日期", "类别", "名称"], ["2027-01-01", "放假", "元旦"])
    run("holidays", file, "--commit", out=tmp_path / "r.json")
    code, report = run("holidays", file, "--commit", out=tmp_path / "r.json")

    assert code == 0
    assert (report["created"], report["changed"], report["unchanged"]) == (0, 0, 1)
    assert Holiday.objects.get().history.count() == 1


def test_faults_are_listed_at_their_cells_and_nothing_is_written(tmp_path):
    file = saved(
        tmp_path / "h.xlsx",
        ["日期", "类别", "名称"],
        ["2027-01-01", "放假", "元旦"],
        ["2027-13-01", "放假", "无此月"],
        ["2027-01-02", "放价", "元旦"],
    )
    code, report = run("holidays", file, "--commit", out=tmp_path / "r.json")

    assert code == 2
    assert [(f["row"], f["column"]) for f in report["faults"]] == [
        (3, "日期（A列）"),
        (4, "类别（B列）"),
    ]
    assert "放假" in report["faults"][1]["message"], "names the nearest match"
    assert not Holiday.objects.exists()
    assert not AuditEvent.objects.filter(kind="holiday.import").exists()


def test_a_broken_file_is_refused_with_a_sentence(tmp_path):
    file = tmp_path / "h.xlsx"
    file.write_bytes(b"PK\x03\x04 not a workbook")
    code, report = run("holidays", file, "--commit", out=tmp_path / "r.json")

    assert code == 3
    assert report["faults"][0]["message"]


def test_quotas_come_in_by_document_and_come_in_once(tmp_path, bureau, document, clerk):
    row = [None, bureau.name, "行政编制", "2015.3.1", "嵊编发[2015]1号", 12, None, "核定"]
    row[4] = document.number.replace("〔", "[").replace("〕", "]")
    file = saved(tmp_path / "q.xlsx", QUOTA_HEADERS, row)
    code, report = run("quotas", file, "--commit", "--actor", "clerk", out=tmp_path / "r.json")
    assert (code, report["created"], report["faults"]) == (0, 1, [])
    assert Balance.objects.get(unit=bureau).approved == 12
    assert bureau.document_links.get().document == document

    code, report = run("quotas", file, "--commit", "--actor", "clerk", out=tmp_path / "r.json")
    assert (code, report["created"], report["unchanged"]) == (0, 0, 1)
    assert QuotaEntry.objects.count() == 1


def test_a_quota_without_a_registered_document_is_a_fault(tmp_path, bureau, document, clerk):
    file = saved(
        tmp_path / "q.xlsx",
        QUOTA_HEADERS,
        [None, bureau.name, "行政编制", "2015-03-01", "嵊编发〔2099〕9号", 12, None, "核定"],
        [None, "嵊州市教玉局", "行政编制", "2015-03-01", document.number, 1, None, "核定"],
        [None, bureau.name, "事业编制（全额）", "2015-03-01", document.number, 1, None, "核定"],
        [None, bureau.name, "行政编制", "2015-03-01", document.number, None, 5, "核减"],
    )
    code, report = run("quotas", file, "--commit", "--actor", "clerk", out=tmp_path / "r.json")

    assert code == 2
    found = {fault["row"]: fault["message"] for fault in report["faults"]}
    assert set(found) == {2, 3, 4, 5}
    assert bureau.name in found[3], "the nearest name is proposed"
    assert not QuotaEntry.objects.exists()


def test_a_unit_out_of_scope_is_as_unknown_as_a_missing_one(
    tmp_path, bureau, foreign_bureau, document, clerk
):
    row = [None, foreign_bureau.name, "行政编制", "2015-03-01", document.number, 1, None, "核定"]
    file = saved(tmp_path / "q.xlsx", QUOTA_HEADERS, row)
    code, report = run("quotas", file, "--commit", "--actor", "clerk", out=tmp_path / "r.json")
    missing = saved(tmp_path / "m.xlsx", QUOTA_HEADERS, [None, "没有这个局", *row[2:]])
    _, other = run("quotas", missing, "--commit", "--actor", "clerk", out=tmp_path / "m.json")

    assert code == 2
    words = report["faults"][0]["message"].replace(foreign_bureau.name, "×")
    assert (
        words.split("，")[0]
        == other["faults"][0]["message"].replace("没有这个局", "×").split("，")[0]
    )
    assert not QuotaEntry.objects.exists()


def test_export_then_import_changes_nothing(tmp_path, bureau, document, clerk):
    rows = [
        [None, bureau.name, "行政编制", "2015-03-01", document.number, 12, None, "核定"],
        [None, bureau.name, "行政编制", "2016-03-01", document.number, None, 2, "核减"],
    ]
    run("quotas", saved(tmp_path / "q.xlsx", QUOTA_HEADERS, *rows), "--commit", out=tmp_path / "r")
    out = tmp_path / "out.xlsx"
    call_command("export_file", "quotas", str(out), "--actor", "clerk")
    code, report = run("quotas", out, "--commit", "--actor", "clerk", out=tmp_path / "r.json")

    assert (code, report["faults"], report["created"], report["unchanged"]) == (0, [], 0, 2)
    assert AuditEvent.objects.filter(kind="export.run", actor_id=clerk.pk).exists()


def test_an_actor_without_the_right_imports_nothing(tmp_path, unit_clerk):
    file = saved(tmp_path / "q.xlsx", QUOTA_HEADERS, [None] * 8)
    with pytest.raises(CommandError, match="没有维护数据的权限"):
        call_command("import_file", "quotas", str(file), "--actor", "unit_clerk")
