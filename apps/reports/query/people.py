"""Fields of a person's place in a quota on a day (a spell, with its person and unit)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Case, CharField, Q, Value, When

from apps.core.models import CodeValue
from apps.quotas.choices import QuotaFamily
from apps.staff import secrets

from .fields import Field, Kind

#: upper ages of the bands, not included, and their words; the last has no end
BANDS = ((35, "35岁以下"), (40, "35—39岁"), (45, "40—44岁"), (55, "45—54岁"), (0, "55岁及以上"))
#: levels of education, as the code table groups them
LEVELS = (
    ("postgraduate", "研究生"),
    ("bachelor", "大学本科"),
    ("college", "大学专科"),
    ("secondary", "中专、中职"),
    ("high_school", "高中"),
    ("junior_high", "初中"),
    ("primary", "小学"),
    ("other", "其他"),
)


def born_after(day: dt.date, age: int) -> dt.date:
    """Return the month M: who is born in a month after M is younger than `age` on `day`.

    A person born in the month of `day` counts as having reached the age (rules B-04).
    """
    return dt.date(day.year - age, day.month, 1)


def age_on(birth_month: dt.date, day: dt.date) -> int:
    """Return whole years on a day; the month of birth counts as reached (rules B-04)."""
    return day.year - birth_month.year - (day.month < birth_month.month)


def age_band(day: dt.date) -> Any:
    whens = [
        When(person__birth_month__gt=born_after(day, age), then=Value(label))
        for age, label in BANDS
        if age
    ]
    return Case(*whens, default=Value(BANDS[-1][1]), output_field=CharField())


def in_total(yes: bool) -> Q:
    """Return the condition that a spell's type counts, or does not count, in totals (Q-07)."""
    types = CodeValue.objects.of("quota_type")
    keys = [kind.key for kind in types if kind.attrs.get("in_total", True) == yes]
    return Q(quota_type__in=keys)


def _code(name: str, label: str, path: str, table: str, section: str, width: int = 14) -> Field:
    return Field(
        name, label, Kind.CODE, path, table=table, related=(path,), groups=True, section=section,
        width=width,
    )  # fmt: skip


PERSON, PLACE, SPELL, POST = "个人信息", "单位和编制", "入出编", "职务岗位"

FIELDS = (
    Field("name", "姓名", Kind.TEXT, "person__name", related=("person",), section=PERSON),
    _code("sex", "性别", "person__sex", "sex", PERSON, 6),
    Field("born", "出生年月", Kind.MONTH, "person__birth_month", related=("person",),
          section=PERSON),
    Field("age", "年龄", Kind.AGE, "person__birth_month", related=("person",), section=PERSON,
          width=6),
    Field("age_band", "年龄段", Kind.CHOICE, "age_band", make=age_band, groups=True,
          choices=tuple((label, label) for _, label in BANDS), section=PERSON),
    Field("id_no", "公民身份号码", Kind.MASKED, "person", related=("person",), section=PERSON,
          show=lambda spell: secrets.id_no(spell.person), width=20),
    _code("ethnicity", "民族", "person__ethnicity", "ethnicity", PERSON, 8),
    Field("native_place", "籍贯", Kind.TEXT, "person__native_place", related=("person",),
          section=PERSON),
    _code("politics", "政治面貌", "person__political_status", "political_status", PERSON),
    _code("education", "学历", "person__education", "education", PERSON),
    Field("edu_level", "学历层次", Kind.CHOICE, "person__education__attrs__level", groups=True,
          choices=LEVELS, related=("person__education",), section=PERSON,
          show=lambda spell: _level(spell.person.education)),
    _code("degree", "学位", "person__degree", "degree", PERSON),
    Field("school", "毕业院校", Kind.TEXT, "person__school", related=("person",), section=PERSON,
          width=20),
    Field("major", "专业", Kind.TEXT, "person__major", related=("person",), section=PERSON,
          width=16),
    Field("work_started", "参加工作时间", Kind.DAY, "person__work_started_on",
          related=("person",), section=PERSON),
    Field("place", "所在单位范围", Kind.PLACE, "scope", section=PLACE),
    Field("unit", "编制所在单位", Kind.TEXT, "unit__name", related=("unit",), groups=True,
          section=PLACE, width=26),
    _code("unit_system", "单位系统类别", "unit__system_class", "system_class", PLACE),
    _code("unit_nature", "单位性质", "unit__nature", "nature", PLACE),
    _code("unit_rank", "单位规格", "unit__rank", "institution_rank", PLACE),
    _code("unit_pi_class", "事业单位分类", "unit__pi_class", "pi_class", PLACE),
    _code("unit_funding", "单位经费形式", "unit__funding", "funding", PLACE),
    Field("dept", "所在内设机构", Kind.TEXT, "dept__name", related=("dept",), section=PLACE,
          width=16),
    _code("quota_type", "编制类型", "quota_type", "quota_type", PLACE),
    Field("family", "编制大类", Kind.CHOICE, "quota_type__attrs__family", groups=True,
          choices=tuple((f.value, f.label) for f in QuotaFamily), related=("quota_type",),
          section=PLACE, show=lambda spell: QuotaFamily(spell.quota_type.attrs["family"]).label),
    Field("in_total", "编制计入总数", Kind.YES, "quota_type", holds=in_total,
          related=("quota_type",), section=PLACE,
          show=lambda spell: bool(spell.quota_type.attrs.get("in_total", True))),
    Field("counts", "计入实有", Kind.YES, "counts", section=PLACE),
    _code("status", "人员状态", "status", "person_status", SPELL),
    _code("identity", "人员身份", "identity", "person_identity", SPELL),
    Field("starts_on", "入编时间", Kind.DAY, "starts_on", section=SPELL),
    _code("entry_mode", "进入方式", "entry_mode", "entry_mode", SPELL),
    Field("document", "入编文号", Kind.TEXT, "document__number", related=("document",),
          section=SPELL, width=22,
          show=lambda spell: spell.document.number if spell.document else spell.document_no),
    Field("from_unit", "原单位", Kind.TEXT, "from_unit", section=SPELL, width=18),
    Field("ends_on", "出编时间", Kind.DAY, "ends_on", section=SPELL),
    _code("exit_mode", "退出方式", "exit_mode", "exit_mode", SPELL),
    Field("destination", "去向", Kind.TEXT, "destination", section=SPELL, width=18),
    Field("post_name", "职务", Kind.TEXT, "post_name", section=POST, width=16),
    _code("post_level", "职务层次", "post_level", "post_level", POST),
    _code("civil_rank", "职级", "civil_rank", "civil_rank", POST),
    _code("position_class", "岗位类别", "position_class", "position_class", POST),
    _code("position_grade", "岗位等级", "position_grade", "position_grade", POST),
    Field("is_dual", "双肩挑", Kind.YES, "is_dual", section=POST),
    Field("payroll", "工资统发", Kind.YES, "on_unified_payroll", section=POST),
)  # fmt: skip

COLUMNS = ("name", "sex", "born", "unit", "quota_type", "post_name", "education", "starts_on")
ORDER = ("scope", "sort", "pk")


def _level(education: Any) -> str:
    if education is None:
        return ""
    return dict(LEVELS).get(education.attrs.get("level", ""), "其他")
