"""Two counties: one with the cast of roles, and one whose names nobody of the cast may ever read.

Ids of the foreign county start at a round number far above all others, the same in every table,
so that one number names a foreign row whatever a page takes it for.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db import connection

from apps.accounts.choices import AdministratorKind
from apps.accounts.models import User
from apps.accounts.roles import ROLES
from apps.core.models import CodeValue, Holiday, Job
from apps.documents import services as documents
from apps.exchange.models import ImportBatch
from apps.posts import services as posts
from apps.quotas import services as quotas
from apps.staff import services as staff
from apps.units import services as tree
from apps.units.choices import EntityKind, PlateKind
from apps.units.models import Unit
from tests.factories import accounts, units
from tests.identity_numbers import number

ROUND = 1_000_000
DAY = dt.date(2015, 3, 1)
HOME_NUMBER = number("330683", dt.date(1979, 4, 12), 17)
FOREIGN_NUMBER = number("330624", dt.date(1981, 9, 3), 25)

#: What must not leave the foreign county. Searches ask for parts of them, never for the whole.
NAMES = {
    "county": "隐秘青禾县",
    "bureau": "隐秘青禾县档案秘局",
    "department": "隐秘第九秘科",
    "short": "青禾秘档",
    "plate": "青禾隐秘督导之室",
    "document": "青禾秘编发〔2019〕7731号",
    "title": "关于青禾秘局不得外传事项的批复",
    "issuer": "青禾县隐秘委员会",
    "person": "欧阳隐真名",
    "post": "隐秘专员之职",
    "reason": "青禾秘局核增之隐情",
    "file": "隐秘花名册青禾.xlsx",
    "job": "导入青禾隐秘花名册",
    "school": "隐秘青禾学院",
    "note": "不得外传之备注",
}
PHONES = {"home": "13957512345", "foreign": "13867598765"}
#: Never in clear on any page that is only looked at, not even at home.
NUMBERS = {
    "home number": HOME_NUMBER,
    "foreign number": FOREIGN_NUMBER,
    "home phone": PHONES["home"],
    "foreign phone": PHONES["foreign"],
}
#: Even masked, a foreign number is not there.
MASKED = {"foreign masked number": f"{FOREIGN_NUMBER[:6]}********{FOREIGN_NUMBER[14:]}"}

ADMINISTRATORS = tuple(AdministratorKind.values)
NOBODY = "nobody"


@dataclass
class World:
    home: Unit
    bureau: Unit
    foreign_ids: list[int]
    foreign_job: Job
    foreign_batch: ImportBatch
    home_ids: dict[str, int] = field(default_factory=dict)

    def user(self, role: str) -> User:
        """Return the user of a role, an administrator, or one without any right."""
        return User.objects.get(username=f"x-{role}")


def build() -> World:
    """Make both counties through the services, and one user per role."""
    home = units.county("嵊州市")
    bureau = units.unit("嵊州市教育局", home, nature_id="nature.101")
    clerk = units.holder("home-clerk", "office_clerk", home)
    home_ids = _fill(home, bureau, clerk, HOME_NUMBER, PHONES["home"], "嵊编发〔2015〕12号", {})
    for role in ROLES:
        where = bureau if role in ("unit_clerk", "supervisor") else home
        units.holder(f"x-{role}", role, where, f"演练{ROLES[role].label}"[:20])
    for kind in ADMINISTRATORS:
        accounts.administrator(kind, f"x-{kind}")
    accounts.account(f"x-{NOBODY}", "无权者")
    Holiday.objects.create(day=dt.date(2026, 10, 1), kind="holiday", name="国庆节", source="通知")

    start = _leave_a_gap()
    county = units.county(NAMES["county"])
    theirs = units.unit(
        NAMES["bureau"],
        county,
        nature_id="nature.101",
        short_name=NAMES["short"],
        note=NAMES["note"],
    )
    stranger = units.holder("foreign-clerk", "office_clerk", county, "外县经办")
    _fill(county, theirs, stranger, FOREIGN_NUMBER, PHONES["foreign"], NAMES["document"], NAMES)
    job = Job.objects.create(kind="import", title=NAMES["job"], owner=stranger)
    batch = ImportBatch.objects.create(
        kind="roster",
        owner=stranger,
        under=county,
        name=NAMES["file"],
        path="nothing",
        sha256="0" * 64,
        size=1,
        job=job,
        preview={"new": [{"line": 2, "title": NAMES["person"], "changes": []}]},
    )
    return World(home, bureau, [start + 1, start + 2], job, batch, home_ids)


def _fill(
    county: Unit, bureau: Unit, by: User, id_no: str, phone: str, doc: str, names: dict[str, str]
) -> dict[str, int]:
    """Give a county one of everything; return the ids."""
    document = documents.register(
        number=doc,
        title=names.get("title", "关于机构编制事项的批复"),
        issuer=names.get("issuer", "嵊州市机构编制委员会"),
        issued_on=DAY,
        kind="doc_kind.51",
        by=by,
        scope_unit_path=county.path,
        note=names.get("note", ""),
    )
    tree.hang(
        unit=bureau,
        name=names.get("plate", "嵊州市教育督导室"),
        kind=PlateKind.ADDED,
        on=DAY,
        document=document,
        by=by,
    )
    department = tree.establish(
        parent=bureau,
        name=names.get("department", "人事科"),
        entity_kind=EntityKind.DEPARTMENT,
        on=DAY,
        document=document,
        by=by,
    )
    kind = CodeValue.objects.get(pk="quota_type.10")
    reason = names.get("reason", "核定编制")
    entry = quotas.post_entry(
        unit=bureau,
        quota_type=kind,
        change=5,
        kind="grant",
        on=DAY,
        document=document,
        reason=reason,
        by=by,
    )
    post_kind = CodeValue.objects.get(pk="post_kind.10")
    posts.post_entry(
        unit=bureau,
        post_kind=post_kind,
        change=1,
        on=DAY,
        document=document,
        reason=reason,
        by=by,
    )
    spell = staff.enter(
        unit=bureau,
        quota_type=kind,
        starts_on=DAY,
        document=document,
        entry_mode="entry_mode.01",
        by=by,
        person_data={
            "name": names.get("person", "陈本县"),
            "id_no": id_no,
            "phone": phone,
            "school": names.get("school", "浙江大学"),
        },
        dept=department,
        post_name=names.get("post", "科员"),
    )
    posting = staff.start_posting(
        person=spell.person,
        unit=bureau,
        post_kind=post_kind,
        post_name=names.get("post", "局长"),
        starts_on=DAY,
        document=document,
        by=by,
    )
    return {
        "unit": bureau.pk,
        "department": department.pk,
        "document": document.pk,
        "person": spell.person_id,
        "spell": spell.pk,
        "posting": posting.pk,
        "entry": entry.pk,
    }


def _leave_a_gap() -> int:
    """Set every sequence to one round number above all of them; return it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(coalesce(last_value, 0)) FROM pg_sequences")
        start = (cursor.fetchone()[0] // ROUND + 1) * ROUND
        cursor.execute(
            "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, %s) "
            "FROM pg_sequences WHERE schemaname = 'public' AND data_type = 'bigint'::regtype",
            [start],
        )
    return start
