"""Seals over audit events: honest ones verify, and every kind of tampering is named (X-15)."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from apps.audit import merkle, sealing, services, verifying
from apps.audit.models import Alert, AuditEvent, AuditSeal
from apps.core import keys

# alone: a seal waits for whatever transaction is open anywhere on the server
pytestmark = [
    pytest.mark.alone,
    pytest.mark.django_db(transaction=True),
    pytest.mark.rule("A-17"),
]


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.AUDIT_ANCHOR = tmp_path / "anchor" / "seals.jsonl"
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_auditevent, audit_auditseal")


def events(count, note="平常"):
    for n in range(count):
        with transaction.atomic():
            services.record("export.run", note=f"{note}{n}", after={"rows": n, "list": "花名册"})


def sql(text, *values):
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.rowcount


def sealed(batches=3, each=4):
    for n in range(batches):
        events(each, f"批{n}-")
        assert sealing.seal() == each
    return list(AuditEvent.objects.order_by("id").values_list("id", flat=True))


def first_problem():
    verdict = verifying.verify()
    assert not verdict.is_clean
    return verdict.problems[0]


def test_honest_events_verify():
    sealed()
    events(2)
    verdict = verifying.verify()
    assert verdict.is_clean
    assert (verdict.seals, verdict.events, verdict.unsealed) == (3, 12, 2)
    assert len(settings_lines()) == 3


def settings_lines():
    from django.conf import settings

    return Path(settings.AUDIT_ANCHOR).read_text().splitlines()


def test_nothing_new_makes_no_seal():
    sealed(1)
    assert sealing.seal() == 0
    assert AuditSeal.objects.count() == 1


def test_a_long_backlog_is_cut_into_batches():
    events(11)
    assert sealing.seal(limit=4) == 11
    assert [seal.rows for seal in AuditSeal.objects.all()] == [4, 4, 3]
    assert verifying.verify().is_clean


def test_an_event_still_on_its_way_is_sealed_later():
    """The trap: its id is lower than those already sealed, it commits after the seal."""
    slow = connections.create_connection("default")
    try:
        slow.set_autocommit(False)
        with slow.cursor() as cursor:
            cursor.execute(
                "INSERT INTO audit_auditevent (kind, actor_name, target_type, target_id, "
                "target_label, scope, note, purpose, request_id) VALUES "
                "('export.run', '', '', '', '', '', '慢', '', '') RETURNING id"
            )
            low = cursor.fetchone()[0]
        events(3)
        first = sealing.seal()
        slow.commit()
    finally:
        slow.close()
    assert AuditEvent.objects.latest("id").pk > low
    rest = sealing.seal()

    assert (first, rest) in ((0, 4), (3, 1))
    verdict = verifying.verify()
    assert verdict.is_clean
    assert (verdict.events, verdict.unsealed) == (4, 0)


def test_two_sealers_at_once_seal_once():
    from tests.races import meet_at

    events(5)
    outcomes = meet_at(None, sealing.seal, sealing.seal)

    assert sum(outcome.value for outcome in outcomes) == 5
    assert verifying.verify().is_clean


class TestTampering:
    @pytest.mark.asvs("16.4.2")
    @pytest.mark.parametrize(
        "change",
        [
            "note = '另一句'",
            "actor_name = '别人'",
            "kind = 'print.run'",
            "after = '{\"rows\": 9999}'",
            "outcome = 'refused'",
            "address = '6.6.6.6'",
            "at = at - interval '1 second'",
            "purpose = '有用途'",
        ],
    )
    def test_an_edited_row_is_named(self, change):
        ids = sealed()
        assert sql(f"UPDATE audit_auditevent SET {change} WHERE id = %s", ids[5]) == 1

        problem = first_problem()

        assert (problem.seal, problem.event_id) == (2, ids[5])
        assert "被改动" in problem.sentence

    def test_a_deleted_row_is_placed(self):
        ids = sealed()
        sql("DELETE FROM audit_auditevent WHERE id = %s", ids[6])

        problem = first_problem()

        assert (problem.seal, problem.event_id) == (2, ids[5])
        assert "少了 1 行" in problem.sentence

    def test_rows_that_changed_places_are_named(self):
        ids = sealed()
        sql(
            "UPDATE audit_auditevent a SET note = b.note FROM audit_auditevent b "
            "WHERE (a.id, b.id) IN ((%s, %s), (%s, %s))",
            ids[1],
            ids[9],
            ids[9],
            ids[1],
        )

        verdict = verifying.verify()

        assert [(p.seal, p.event_id) for p in verdict.problems] == [(1, ids[1]), (3, ids[9])]

    def test_a_row_pushed_into_a_sealed_range_is_named(self):
        ids = sealed()
        sql(
            "INSERT INTO audit_auditevent (id, at, xid, kind, outcome, actor_name, target_type, "
            "target_id, target_label, scope, note, purpose, request_id) "
            "SELECT id + 1000, at, xid, kind, outcome, '栽赃', target_type, target_id, "
            "target_label, scope, note, purpose, request_id FROM audit_auditevent WHERE id = %s",
            ids[5],
        )

        problem = first_problem()

        assert problem.event_id == ids[5] + 1000
        assert "插入" in problem.sentence

    def test_a_back_dated_row_shows(self):
        sealed()
        sql(
            "INSERT INTO audit_auditevent (at, kind, actor_name, target_type, target_id, "
            "target_label, scope, note, purpose, request_id) VALUES "
            "(now() - interval '40 days', 'export.run', '', '', '', '', '', '', '', '')"
        )
        sealing.seal()

        assert "事后补记" in first_problem().sentence

    def test_a_dropped_tail_shows_by_the_second_place(self):
        ids = sealed()
        sql("DELETE FROM audit_auditevent WHERE id >= %s", ids[8])
        sql("DELETE FROM audit_auditseal WHERE number = 3")

        assert "末尾的记录被删除" in first_problem().sentence

    def test_an_old_copy_of_the_database_that_goes_on_shows(self):
        """Replay: the old state is put back and new events are written and sealed over it."""
        ids = sealed()
        sql("DELETE FROM audit_auditevent WHERE id >= %s", ids[4])
        sql("DELETE FROM audit_auditseal WHERE number >= 2")
        events(3, "新")
        sealing.seal()

        sentences = " ".join(p.sentence for p in verifying.verify().problems)

        assert "与锚文件不一致" in sentences
        assert "末尾的记录被删除" in sentences

    def test_emptied_tables_show(self):
        sealed()
        sql("TRUNCATE audit_auditevent, audit_auditseal")

        assert "第 1 至 3 号" in first_problem().sentence

    def test_a_seal_taken_out_of_the_middle_shows(self):
        sealed()
        sql("DELETE FROM audit_auditseal WHERE number = 2")

        assert first_problem().sentence == "第 2 号封存不见了"

    def test_sealing_anew_without_the_key_shows(self):
        ids = sealed()
        sql("UPDATE audit_auditevent SET note = '洗白' WHERE id = %s", ids[5])
        seal = AuditSeal.objects.get(number=2)
        span = sealing.Range((seal.after_xid, seal.after_id), (seal.last_xid, seal.last_id))
        leaves = [merkle.leaf_of(row) for row in sealing.read(span)]
        seal.marks = b"".join(leaf[: merkle.MARK] for leaf in leaves)
        seal.root = merkle.root_of(leaves)
        seal.mac = merkle.mac_of(b"guessed" * 5, sealing.facts_of(seal))
        seal.save()

        assert "不是用本系统的密钥" in first_problem().sentence

    @pytest.mark.parametrize(
        "column", ["rows = rows - 1", "sealed_at = sealed_at - interval '1 h'"]
    )
    def test_an_edited_seal_shows(self, column):
        sealed()
        sql(f"UPDATE audit_auditseal SET {column} WHERE number = 2")

        assert "第 2 号封存本身被改动" in first_problem().sentence

    def test_a_rewritten_second_place_shows(self, settings):
        sealed()
        lines = settings_lines()
        told = json.loads(lines[1])
        told["root"] = "0" * 64
        place = Path(settings.AUDIT_ANCHOR)
        place.write_text("\n".join([lines[0], json.dumps(told), lines[2]]) + "\n")
        assert "与锚文件不一致" in first_problem().sentence

        place.write_text(lines[0] + "\nnonsense\n")
        assert any("损坏" in p.sentence for p in verifying.verify().problems)
        place.unlink()
        assert "锚文件里没有第 1 号" in first_problem().sentence
        events(1)
        sealing.seal()  # a lost file is not quietly made anew
        assert not verifying.verify().is_clean


def test_a_restore_into_another_cluster_opens_a_new_era():
    """There transactions count from the start; sealed rows stay sealed, new ones get theirs."""
    sealed()
    far = 10**12
    with connection.cursor() as cursor:  # as if the old cluster had been far ahead
        cursor.execute("UPDATE audit_auditevent SET xid = xid + %s", [far])
        cursor.execute("TRUNCATE audit_auditseal")
    from django.conf import settings

    Path(settings.AUDIT_ANCHOR).unlink()
    old = sealing._write(None, sealing.Range((0, 0)), 1, 8)
    sealing._anchor()
    events(5, "新")

    assert sealing.seal() == 4 + 5  # what the old cluster had left, then the new ones

    assert [seal.era for seal in AuditSeal.objects.all()] == [1, 1, 2]
    assert old.rows == 8
    verdict = verifying.verify()
    assert verdict.problems == ()
    assert verdict.unsealed == 0
    sql("UPDATE audit_auditevent SET note = 'x' WHERE id = (SELECT max(id) FROM audit_auditevent)")
    assert first_problem().seal == 3


def test_the_command_and_the_nightly_check_tell(capsys):
    ids = sealed()
    call_command("audit_verify", "--seal")
    assert "全部相符" in capsys.readouterr().out
    sql("UPDATE audit_auditevent SET note = 'x' WHERE id = %s", ids[2])

    with pytest.raises(SystemExit):
        call_command("audit_verify")

    assert f"编号 {ids[2]} 的审计记录被改动" in capsys.readouterr().out
    assert Alert.objects.get().kind == "seal"
    verified = AuditEvent.objects.filter(kind="audit.verify").order_by("id")
    assert [event.outcome for event in verified] == ["done", "refused"]


def test_roots_are_those_of_rfc_9162():
    """Splitting at the largest power of two below n gives the same tree as pairing by levels."""

    def by_the_book(leaves):
        if len(leaves) == 1:
            return leaves[0]
        k = 1
        while k * 2 < len(leaves):
            k *= 2
        return merkle.sm3(merkle.NODE + by_the_book(leaves[:k]) + by_the_book(leaves[k:]))

    leaves = [merkle.leaf_of([n]) for n in range(40)]
    for n in range(1, 41):
        assert merkle.root_of(leaves[:n]) == by_the_book(leaves[:n])


def test_the_key_of_the_seals_is_made_once_and_asked_for(tmp_path):
    with pytest.raises(keys.KeysRefused, match=r"seal\.1\.key"):
        keys.seal_key(tmp_path / "none")
    made = keys.seal_key(tmp_path / "made", create=True)
    assert keys.make_seal_key(tmp_path / "made") == []
    assert len(made) == 32
