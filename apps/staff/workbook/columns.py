"""The columns of the roster (花名册), written once for template, import and export."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from django.db.models import Q
from django.utils import timezone

from apps.core.masking import mask_identity, mask_phone
from apps.core.models import CodeValue
from apps.core.scope import roots, within
from apps.core.sheets import Column, Several, code, day, month, ref, text, yes_no
from apps.core.sheets import dates as sheet_dates
from apps.core.sheets.tidy import Rules
from apps.units.choices import EntityKind, UnitStatus
from apps.units.models import Unit

#: Field of the sheet → code table behind it.
TABLES: Final = {
    "sex": "sex",
    "ethnicity": "ethnicity",
    "political_status": "political_status",
    "education": "education",
    "degree": "degree",
    "quota_type": "quota_type",
    "status": "person_status",
    "identity": "person_identity",
    "entry_mode": "entry_mode",
    "exit_mode": "exit_mode",
    "post_level": "post_level",
    "civil_rank": "civil_rank",
    "position_class": "position_class",
    "position_grade": "position_grade",
    "post_kind": "post_kind",
}
#: How offices write what the standards call otherwise: table → spelling → value.
SPELLINGS: Final = {
    "sex": {"男性": "1", "女性": "2"},
    "education": {
        "博士研究生": "11",
        "博士": "11",
        "硕士研究生": "14",
        "硕士": "14",
        "研究生": "14",
        "大学本科": "21",
        "本科": "21",
        "大学": "21",
        "大学专科": "31",
        "大专": "31",
        "专科": "31",
        "中等专科": "41",
        "中专": "41",
        "职高": "44",
        "技校": "47",
        "高中": "61",
        "初中": "71",
        "小学": "81",
    },
    "political_status": {"党员": "01", "预备党员": "02", "团员": "03", "共青团员": "03"},
    "quota_type": {
        "行政": "10",
        "政法专项": "11",
        "政法": "11",
        "行政执法专项": "12",
        "机关工勤": "19",
        "参公": "20",
        "参公事业": "20",
        "全额事业编制": "21",
        "全额事业": "21",
        "全额拨款事业编制": "21",
        "财政全额事业编制": "21",
        "事业编制(全额拨款)": "21",
        "差额事业编制": "22",
        "差额事业": "22",
        "差额拨款事业编制": "22",
        "自收自支事业编制": "23",
        "自收自支": "23",
        "周转": "30",
    },
    "person_status": {"在职": "110", "在岗": "110", "在编在岗": "110", "借调": "141"},
}
LEGACY: Final = "历史遗留"
#: What a new person and a new spell cannot be without.
NEEDED: Final = ("name", "id_no", "quota_type", "starts_on")


class UnitRef(NamedTuple):
    """What a check wants to know of a unit."""

    pk: int
    path: str
    name: str
    short_name: str
    code: str | None
    nature: str | None
    is_active: bool
    abolished_on: Any

    def __str__(self) -> str:
        return self.name


class day_or_month(month):
    """A day; where only the month is known, its first day."""

    def _read(self, value: Any) -> Any:
        try:
            return sheet_dates.read_day(value)
        except sheet_dates.Unreadable:
            found, remark = sheet_dates.read_month(value)
            return found, remark or "只有年月，按当月 1 日录入"

    def shown(self, value: Any) -> str | int | float:
        return "" if value is None else value.isoformat()

    def described(self) -> str:
        return "日期或年月，如 2015-03-01"


class Codes:
    """The values of all code tables the sheet uses, read in one query when first needed."""

    def __init__(self) -> None:
        self._tables: dict[str, list[CodeValue]] = {}

    def of(self, table: str) -> list[CodeValue]:
        if not self._tables:
            self._tables = {name: [] for name in TABLES.values()}
            wanted = set(TABLES.values())
            for value in CodeValue.objects.filter(table_id__in=wanted).order_by("sort", "value"):
                self._tables[value.table_id].append(value)
        return self._tables[table]

    def choices(self, table: str) -> Callable[[], Iterable[tuple[str, str]]]:
        return lambda: [(value.pk, value.label) for value in self.of(table)]

    def attrs(self, table: str) -> dict[str, dict[str, Any]]:
        """Return {key: attrs} of one table."""
        return {value.pk: value.attrs or {} for value in self.of(table)}

    def labels(self) -> dict[str, str]:
        """Return {key: label} of all tables."""
        self.of("sex")
        return {value.pk: value.label for values in self._tables.values() for value in values}

    def kind(self, table: str) -> code:
        """Return the column kind of one table, with the spellings of the standards and ours."""
        spelled = {k: f"{table}.{v}" for k, v in SPELLINGS.get(table, {}).items()}
        made = _LazyCode(self.choices(table), aliases=spelled)
        made.more = lambda: {
            short: value.pk
            for value in self.of(table)
            if (short := (value.external_map or {}).get("short"))
        }
        return made


class _LazyCode(code):
    """A code kind whose further spellings lie in the table too."""

    more: Callable[[], dict[str, str]] = dict
    rules = Rules(half_width=False, inner="none")  # labels hold full-width brackets themselves

    @property
    def choices(self) -> list[tuple[Any, str]]:
        if self._choices is None:
            for spelling, value in self.more().items():
                self._aliases.setdefault(spelling, value)
        return super().choices


class Units:
    """Units by code or name inside some subtrees, as the columns of the sheet look them up."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = roots(paths)

    def rows(self, condition: Q) -> list[UnitRef]:
        units = Unit.objects.filter(within(self.paths, "path"), condition)
        rows = units.order_by("path").values_list(
            "pk", "path", "name", "short_name", "code", "nature_id", "status", "abolished_on"
        )
        return [
            UnitRef(pk, path, name, short, code, nature, status != UnitStatus.ABOLISHED, abolished)
            for pk, path, name, short, code, nature, status, abolished in rows
        ]

    def by_code(self, texts: list[str]) -> dict[str, UnitRef]:
        bodies = Q(entity_kind=EntityKind.BODY, code__in=texts)
        return {unit.code: unit for unit in self.rows(bodies) if unit.code}

    def by_name(self, texts: list[str]) -> dict[str, Any]:
        bodies = Q(entity_kind=EntityKind.BODY)
        named: dict[str, list[UnitRef]] = defaultdict(list)
        for unit in self.rows(bodies & (Q(name__in=texts) | Q(short_name__in=texts))):
            named[unit.name].append(unit)
            if unit.short_name and unit.short_name != unit.name:
                named[unit.short_name].append(unit)
        found: dict[str, Any] = {}
        for name in texts:
            same = named.get(name, [])
            same = [u for u in same if u.name == name] or same
            same = [u for u in same if u.is_active] or same
            if len(same) == 1:
                found[name] = same[0]
            elif same:
                found[name] = Several([f"{u.code or '无编码'} {u.name}" for u in same])
        return found

    def names(self) -> Iterable[str]:
        bodies = Unit.objects.filter(within(self.paths, "path"), entity_kind=EntityKind.BODY)
        return bodies.values_list("name", flat=True)

    def codes(self) -> Iterable[str]:
        bodies = Unit.objects.filter(within(self.paths, "path"), entity_kind=EntityKind.BODY)
        return bodies.exclude(code=None).values_list("code", flat=True)


def no_digits(name: str) -> str | None:
    """Say what is wrong with a person's name, None when nothing is."""
    if any(sign.isdigit() for sign in name):
        return "姓名中不应有数字，请核对"
    return None


def columns(codes: Codes, units: Units, *, updating: bool = False) -> list[Column]:
    """Return the roster's columns.

    codes, units   where labels and units are looked up
    updating       the file names people by 人员编号, so that any column may be missing
    """

    def must(field: str) -> bool:
        return field in NEEDED and not updating

    def coded(header: str, field: str, *aliases: str, **more: Any) -> Column:
        return Column(header, field, codes.kind(TABLES[field]), aliases=aliases, **more)

    today = timezone.localdate
    past = {"not_after": today}
    return [
        Column(
            "人员编号",
            "person_no",
            text(20, half_width=True, inner="none"),
            aliases=("编号", "人员编码"),
            help="已在库人员填写本系统编号；新增人员留空",
            locked=True,
        ),
        Column(
            "姓名",
            "name",
            text(72, inner="cjk", middle_dot=True, check=no_digits),
            aliases=("人员姓名",),
            example="张三",
            required=must("name"),
        ),
        Column(
            "公民身份号码",
            "id_no",
            text(40, half_width=True, inner="none"),
            aliases=("身份证号", "身份证号码", "公民身份证号码", "证件号码", "居民身份证号码"),
            mask=mask_identity,
            width=22,
            help="18 位；导出时为脱敏号码，未改动时原样保留即可",
            required=must("id_no"),
        ),
        coded("性别", "sex"),
        Column(
            "出生年月",
            "birth_month",
            month(not_after=today),
            aliases=("出生日期", "出生时间", "出生年月日"),
        ),
        coded("民族", "ethnicity"),
        Column("籍贯", "native_place", text(60, inner="cjk")),
        coded("政治面貌", "political_status"),
        Column(
            "参加工作时间",
            "work_started_on",
            day_or_month(**past),
            aliases=("参加工作日期", "工作时间", "参工时间"),
        ),
        coded("学历", "education", "最高学历", "文化程度"),
        coded("学位", "degree", "最高学位"),
        Column("毕业院校", "school", text(80, inner="cjk"), aliases=("毕业学校", "院校")),
        Column("专业", "major", text(80, inner="cjk"), aliases=("所学专业",)),
        Column(
            "联系电话",
            "phone",
            text(
                30,
                half_width=True,
                inner="none",
                pattern=r"[\d*+()-]{5,24}",
                message="应为电话号码",
            ),
            aliases=("手机", "手机号", "手机号码", "电话"),
            mask=mask_phone,
        ),
        Column(
            "编制所在单位编码",
            "unit_code",
            ref(units.by_code, noun="单位编码", candidates=units.codes, shown=str),
            aliases=("单位编码", "机构编码", "编制单位编码", "单位代码"),
            width=18,
        ),
        Column(
            "编制所在单位",
            "unit",
            ref(units.by_name, noun="单位", candidates=units.names),
            aliases=("单位", "单位名称", "机构名称", "编制单位", "所在单位", "工作单位"),
            width=28,
            example="某某县教育局",
        ),
        Column(
            "所在内设机构",
            "dept",
            text(160, inner="cjk"),
            aliases=("内设机构", "所在处室", "科室", "处室"),
        ),
        coded(
            "编制类型",
            "quota_type",
            "编制性质",
            "编制类别",
            "占用编制类型",
            required=must("quota_type"),
        ),
        coded("人员状态", "status", "在编状态", "状态"),
        coded("人员身份", "identity", "本人身份", "身份"),
        Column(
            "入编时间",
            "starts_on",
            day(**past),
            aliases=("入编日期", "列编时间", "上编时间", "占编时间"),
            required=must("starts_on"),
        ),
        Column("入编文号", "document", text(80), aliases=("入编依据", "入编批文", "控编单号")),
        coded("进入方式", "entry_mode", "入编方式", "进入本单位方式"),
        Column("原单位", "from_unit", text(120, inner="cjk"), aliases=("原工作单位", "来源单位")),
        Column(
            "职务",
            "post_name",
            text(80, inner="cjk"),
            aliases=("职务名称", "现任职务", "编制职务名称"),
        ),
        coded("职务层次", "post_level", "职务级别"),
        coded("职级", "civil_rank", "公务员职级"),
        coded("岗位类别", "position_class"),
        coded("岗位等级", "position_grade", "岗位级别"),
        coded("领导职数类别", "post_kind", "领导职务类别", "职数类别"),
        Column(
            "任职时间", "post_starts_on", day_or_month(**past), aliases=("任现职时间", "任职日期")
        ),
        Column("任职文号", "post_document", text(80), aliases=("任职依据",)),
        Column("双肩挑", "is_dual", yes_no, aliases=("是否双肩挑",)),
        Column("工资统发", "on_unified_payroll", yes_no, aliases=("工资统发标志", "是否工资统发")),
        Column("出编时间", "ends_on", day(**past), aliases=("出编日期", "下编时间", "减员时间")),
        coded("退出方式", "exit_mode", "出编方式", "减员方式"),
        Column("出编文号", "exit_document", text(80), aliases=("出编依据", "出编批文")),
        Column("去向", "destination", text(120, inner="cjk"), aliases=("出编去向",)),
        Column(
            "超编依据",
            "overage",
            text(80),
            help="首次录入超编单位时填写：历史遗留，或批准超编的文号",
        ),
        Column("备注", "note", text(300), aliases=("说明",)),
    ]
