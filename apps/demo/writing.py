"""Putting an invented county into the database by COPY, parents before children.

Ids come from the tables' own sequences, so that rows can name each other; scopes, balances and
history are the database's work.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection

from apps.core import pinyin
from apps.core.copying import copy_rows, reserve_ids
from apps.documents.models import ApprovalDocument
from apps.posts.models import LeadershipEntry
from apps.quotas.models import OverageEntry, QuotaEntry
from apps.staff import secrets
from apps.staff.models import Occupancy, Person, PostHolding
from apps.units.models import DocumentUnit, EventUnit, Unit, UnitEvent

from . import ledger
from .county import CountyTree
from .documents import Book
from .events import Events
from .figures import OVER
from .occupations import Occupations
from .people import People
from .plan import (
    BASELINE,
    BODY,
    DEPARTMENT,
    Cell,
    Life,
    Movement,
    Node,
    Slot,
)
from .posts import Posts

STEP = Unit.steplen


def lay_out(root: Node, path: str) -> list[Node]:
    """Give every node its path and id; return them in tree order."""
    root.path = path
    nodes = list(root.walk())
    for node in nodes:
        for place, child in enumerate(node.children, 1):
            child.path = f"{node.path}{Unit._int2str(place).rjust(STEP, '0')}"
    for node, pk in zip(nodes, reserve_ids(Unit, len(nodes)), strict=True):
        node.id = pk
    return nodes


def write_units(nodes: list[Node], region: str | None) -> int:
    """Write the units of a laid-out tree; region is their 行政区划."""
    read = pinyin.units([node.name for node in nodes])

    def key(table: str, value: str | None) -> str | None:
        return f"{table}.{value}" if value else None

    def rows() -> Iterator[tuple[Any, ...]]:
        for node, (full, initials) in zip(nodes, read, strict=True):
            body = node.kind == BODY
            yield (
                node.id, node.path, len(node.path) // STEP, len(node.children), node.code,
                node.name, node.short, full[:500], initials[:160], node.kind,
                "abolished" if node.abolished_on else "normal", node.uscc, region,
                key("subordination", node.subordination), key("system_class", node.system),
                key("nature", node.nature), key("unit_category", node.category),
                key("institution_rank", node.rank), key("pi_class", node.pi_class),
                key("funding", node.funding if body else None), node.referred,
                node.supervisor.id if node.supervisor else None, node.duties, node.head,
                node.address, node.phone, node.established_on, node.abolished_on,
            )  # fmt: skip

    columns = (
        "id path depth numchild code name short_name name_pinyin name_initials entity_kind status "
        "uscc region_id subordination_id system_class_id nature_id category_id rank_id pi_class_id "
        "funding_id is_civil_service_ref supervising_unit_id functions_text head_name "
        "address phone established_on abolished_on"
    )
    return copy_rows(Unit, columns.split(), rows())


def write_documents(book: Book, root: Node) -> int:
    for paper, pk in zip(book.papers, reserve_ids(ApprovalDocument, len(book.papers)), strict=True):
        paper.id = pk
    rows = (
        (p.id, p.number, p.title[:300], p.issuer, p.on, f"doc_kind.{p.kind}", "永久", root.path)
        for p in book.papers
    )
    columns = "id number title issuer issued_on kind_id retention scope".split()
    count = copy_rows(ApprovalDocument, columns, rows)
    links = ((paper.id, node.id, node.path) for paper in book.papers for node in paper.units)
    copy_rows(DocumentUnit, ["document_id", "unit_id", "scope"], links)
    return count


def write_events(events: Events) -> int:
    ids = reserve_ids(UnitEvent, len(events.rows))

    def rows() -> Iterator[tuple[Any, ...]]:
        for pk, (node, kind, on, paper, before, after, note) in zip(ids, events.rows, strict=True):
            if kind in ("initial", "establish"):
                after = {**after, "parent": node.parent.id if node.parent else None}
            document = paper.id if paper else None
            yield (pk, node.id, kind, on, document, before, after, note, node.path)

    columns = "id unit_id kind on document_id before after note scope".split()
    count = copy_rows(UnitEvent, columns, rows())
    parts = ((ids[i], node.id, "predecessor") for i, node in events.parts)
    copy_rows(EventUnit, ["event_id", "unit_id", "role"], parts)
    return count


def write_ledger(tree: CountyTree) -> int:
    """Write the quota ledger, then the room of units that stand above their places."""
    cells = [*tree.cells, *(node.cells[0] for node in tree.closed)]

    def row(cell: Cell, move: Movement) -> tuple[Any, ...]:
        node, key = cell.node, f"quota_type.{cell.quota_type}"
        funding = f"funding.{node.funding}" if node.funding else None
        return (
            node.id, key, move.change, move.kind, move.on, move.paper.id, funding,
            move.reason[:200], "",
        )  # fmt: skip

    first, later = [], []
    for cell in cells:
        places = ledger.baseline_of(cell, 0 if cell.node.abolished_on else cell.approved)
        if cell.baseline is not None:
            move = Movement(BASELINE, places, "baseline", cell.baseline, "期初核定")
            first.append(row(cell, move))
        later += [row(cell, move) for move in sorted(cell.moves, key=lambda move: move.on)]
    columns = "unit_id quota_type_id change kind on document_id funding_id reason scope".split()
    # two statements, so that a unit whose places are gone keeps a balance of nought
    count = copy_rows(QuotaEntry, columns, first) + copy_rows(QuotaEntry, columns, later)
    over = (
        (c.node.id, f"quota_type.{c.quota_type}", c.excess, "legacy", BASELINE,
         "实名制启动时已超编，逐步消化", "")
        for c in cells
        if c.role == OVER
    )  # fmt: skip
    columns = "unit_id quota_type_id places kind on reason scope".split()
    copy_rows(OverageEntry, columns, over)
    return count


def write_people(lives: list[Life], people: People, random: Random) -> int:
    numbers = [people.number(life) for life in lives]
    uids = [UUID(int=random.getrandbits(128), version=4) for _ in lives]
    phones = [f"1300000{random.randrange(10_000):04d}" for _ in lives]
    sealed = secrets.seal_id_nos(numbers, uids)
    sealed_phones = secrets.seal_phones(phones, uids)
    read = pinyin.persons([life.name for life in lives])
    with connection.cursor() as cursor:
        cursor.execute("SELECT staff_next_person_no() FROM generate_series(1, %s)", [len(lives)])
        person_nos = [row[0] for row in cursor.fetchall()]
    for life, pk in zip(lives, reserve_ids(Person, len(lives)), strict=True):
        life.id = pk

    def rows() -> Iterator[tuple[Any, ...]]:
        for i, life in enumerate(lives):
            node = life.slots[-1].cell.node
            education, degree, school, major = people.schooling(life, node)
            status, joined = people.politics(life, node)
            id_no, (full, initials) = sealed[i], read[i]
            yield (
                life.id, uids[i], person_nos[i], life.name, full, initials,
                id_no.ct, id_no.bi, id_no.tail, f"sex.{life.sex}", life.birth.replace(day=1),
                f"ethnicity.{life.ethnicity}", "", f"political_status.{status}", joined,
                life.work_start, f"education.{education}", degree, school, major, sealed_phones[i],
            )  # fmt: skip

    columns = (
        "id uid person_no name name_pinyin name_initials id_no_ct id_no_bi id_no_tail sex_id "
        "birth_month ethnicity_id native_place political_status_id joined_party_on "
        "work_started_on education_id degree_id school major phone_ct"
    )
    return copy_rows(Person, columns.split(), rows())


def write_spells(lives: list[Life], jobs: Occupations, random: Random) -> int:
    def order(slot: Slot) -> tuple[Any, ...]:
        return slot.cell.node.path, slot.end is not None, slot.sort or 999, slot.begun

    slots = sorted((slot for life in lives for slot in life.slots), key=order)

    def rows() -> Iterator[tuple[Any, ...]]:
        place, last = 0, None
        for slot in slots:
            life, node = slot.life, slot.cell.node
            place, last = (place + 1 if node is last else 1), node
            identity = jobs.identity(slot, life)
            rank = jobs.rank(slot, identity, life)
            position, grade, title = jobs.position(slot, identity, life)
            dept = slot.dept
            if dept is None and node.departments and slot.end is None and slot.sort in (0, 30):
                dept = random.choice(node.departments)
            level = slot.post_level
            if level is None and slot.cell.is_admin and slot.end is None and not rank:
                level = "1A50"
            ended = slot.end is not None
            exit_no = jobs.number("编出", slot.end) if slot.end else ""
            yield (
                life.id, node.id, f"quota_type.{slot.cell.quota_type}",
                dept.id if dept and dept.kind == DEPARTMENT else None,
                f"person_status.{jobs.status(slot)}", f"person_identity.{identity}",
                slot.start, jobs.number("编入", slot.begun),
                f"entry_mode.{jobs.entry_mode(slot)}", slot.from_unit, slot.end,
                exit_no,
                f"exit_mode.{slot.exit_mode}" if ended else None, slot.destination, title,
                f"post_level.{level}" if level else None,
                f"civil_rank.{rank}" if rank else None,
                f"position_class.{position}" if position else None,
                f"position_grade.{grade}" if grade else None,
                bool(position == "1" and slot.post_name and node.flavour in ("school", "hospital")),
                slot.sort or 100 + place, "",
            )  # fmt: skip

    columns = (
        "person_id unit_id quota_type_id dept_id status_id identity_id starts_on document_no "
        "entry_mode_id from_unit ends_on exit_document_no exit_mode_id destination post_name "
        "post_level_id civil_rank_id position_class_id position_grade_id is_dual sort scope"
    )
    return copy_rows(Occupancy, columns.split(), rows())


def write_posts(posts: Posts, jobs: Occupations) -> int:
    dues = (
        (due.node.id, f"post_kind.{due.kind}", f"post_level.{due.level}" if due.level else None,
         due.change, due.on, due.paper.id, due.reason, "")
        for due in posts.dues
    )  # fmt: skip
    columns = "unit_id post_kind_id post_level_id change on document_id reason scope".split()
    copy_rows(LeadershipEntry, columns, dues)
    held = (
        (h.slot.life.id, h.slot.cell.node.id, f"post_kind.{h.kind}",
         f"post_level.{h.level}" if h.level else None, h.name, h.counted, h.on, h.end,
         jobs.number("委干", h.on), "")
        for h in posts.held
    )  # fmt: skip
    columns = (
        "person_id unit_id post_kind_id post_level_id post_name counted starts_on ends_on "
        "document_no scope"
    ).split()
    return copy_rows(PostHolding, columns, held)
