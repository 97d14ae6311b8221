"""Sample data for the gallery of parts (/_gallery). Invented units, no domain rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest
from django.urls import reverse

from . import forms, menu, tables
from .http import Option

_NAMES = """
市委机构编制委员会办公室|市发展和改革委员会|市教育局|市第一中学|市人民医院|市自然资源和规划局|市市场监督管理局
市综合行政执法局|市图书馆|市公共资源交易中心|市财政局|市民政局（市社会组织管理局）|市水利局|市农业农村局
市文化广电旅游局|市卫生健康委员会（市中医药管理局）|市审计局|市统计局|市医疗保障局|市信访局|市档案馆
市行政审批服务局|市应急管理局|市退役军人事务局|市不动产登记中心|市疾病预防控制中心
""".replace("\n", "|").strip("|")
_FIGURES = [
    (32, 30),
    (58, 61),
    (41, 41),
    (286, 279),
    (1120, 1088),
    (76, 79),
    (203, 198),
    (165, 165),
]


@dataclass
class Row:
    """One invented unit."""

    pk: int
    name: str
    approved: int
    actual: int
    reserved: int
    updated_at: dt.datetime
    kind: str

    def __str__(self) -> str:
        return self.name

    @property
    def uscc(self) -> str:
        return f"1133060400{self.pk:05d}{'2A24B6C9X1P3T7R8W1Y'[self.pk % 18]}6"

    @property
    def vacant(self) -> int:
        return self.approved - self.actual

    @property
    def state(self) -> tuple[str, str]:
        if self.vacant < 0:
            return ("red", "超编")
        return ("green", "空编") if self.vacant else ("amber", "满编")

    def get_absolute_url(self) -> str:
        return f"{reverse('core:gallery')}?unit={self.pk}"


def _rows() -> list[Row]:
    rows = []
    names = _NAMES.split("|")
    start = dt.datetime(2026, 11, 18, 9, 12)
    for index in range(130):
        approved, actual = _FIGURES[index % len(_FIGURES)]
        name = names[index % len(names)] + (f"第{index // len(names)}分局" if index >= 26 else "")
        moment = start - dt.timedelta(hours=17 * index, minutes=7 * index)
        kind = "事业" if actual > 250 or name.endswith(("馆", "中心")) else "行政"
        rows.append(Row(index + 1, name, approved, actual, index % 3, moment, kind))
    return rows


ROWS = _rows()


class GalleryTable(tables.Table):
    """The table of the target picture."""

    key = "gallery"
    caption = "机构编制台账"
    selectable = True
    fixed = ("name",)
    hidden = ("reserved",)

    name = tables.LinkColumn("单位名称", order_by="name")
    uscc = tables.CodeColumn("统一社会信用代码", phone="hide")
    kind = tables.Column("类别", order_by="kind")
    approved = tables.NumberColumn("核定编制", order_by="approved")
    actual = tables.NumberColumn("实有人数", order_by="actual", to=lambda row: f"?people={row.pk}")
    reserved = tables.NumberColumn("在途")
    vacant = tables.SignedColumn("空缺", order_by="vacant")
    rate = tables.PercentColumn("使用率", part="actual", whole="approved")
    state = tables.LampColumn("状态")
    updated_at = tables.MomentColumn("更新时间", order_by="updated_at", phone="hide")
    actions = tables.ActionsColumn(
        lambda row, user: [("查看", row.get_absolute_url()), ("变更", f"?change={row.pk}")]
    )


def totals(rows: Iterable[Row]) -> dict[str, int]:
    rows = list(rows)
    return {
        "approved": sum(r.approved for r in rows),
        "actual": sum(r.actual for r in rows),
        "vacant": sum(r.vacant for r in rows),
    }


class GalleryQuery(forms.QueryForm):
    q = django_forms.CharField(
        label="单位名称",
        required=False,
        widget=forms.SearchInput(attrs={"placeholder": "名称、简称或拼音首字母"}),
    )
    kind = django_forms.ChoiceField(
        label="编制类型",
        required=False,
        choices=[("", "全部"), ("行政", "行政"), ("事业", "事业")],
    )
    state = django_forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), ("超编", "超编"), ("满编", "满编"), ("空编", "空编")],
    )
    since = forms.DayField(label="更新日期不早于", required=False)
    until = forms.DayField(label="更新日期不晚于", required=False)


class GalleryFilter:
    """What a query bar needs of a FilterSet, over a list."""

    primary = ("q", "kind", "state", "since")

    def __init__(self, data: Any, rows: list[Row]) -> None:
        self.form = GalleryQuery(data or None)
        asked = self.form.cleaned_data if self.form.is_valid() else {}
        self.rows = [
            row
            for row in rows
            if (not asked.get("q") or asked["q"] in row.name)
            and (not asked.get("kind") or asked["kind"] == row.kind)
            and (not asked.get("state") or asked["state"] == row.state[1])
            and (not asked.get("since") or row.updated_at.date() >= asked["since"])
            and (not asked.get("until") or row.updated_at.date() <= asked["until"])
        ]

    @property
    def first_row(self) -> list[Any]:
        return [self.form[name] for name in self.primary]

    @property
    def second_row(self) -> list[Any]:
        return [self.form["until"]]

    @property
    def more_in_use(self) -> bool:
        return bool(self.form["until"].value())


class SampleForm(forms.Form):
    """Every kind of control."""

    suffixes = {"places": "名"}
    widths = {"agree": "full", "sex": "", "reason": "full"}
    sections = [
        ("人员信息", ("name", "number", "born_on", "sex")),
        ("用编依据", ("unit", "kind", "places", "since", "file", "reason", "agree")),
    ]

    name = django_forms.CharField(label="姓名", max_length=72)
    number = django_forms.CharField(label="公民身份号码", max_length=18)
    born_on = forms.DayField(label="出生日期", required=False)
    sex = django_forms.ChoiceField(
        label="性别", choices=[("1", "男"), ("2", "女")], widget=django_forms.RadioSelect
    )
    unit = django_forms.CharField(
        label="编制所在单位",
        widget=forms.PickerWidget("core:gallery_suggestions"),
        help_text="也可以直接写单位代码",
    )
    kind = django_forms.ChoiceField(
        label="编制类型", choices=[("", "请选择"), ("10", "行政编制"), ("20", "事业编制")]
    )
    places = django_forms.IntegerField(label="使用编制数", min_value=1, max_value=999)
    since = forms.MonthField(label="起始年月", required=False)
    file = forms.UploadField(label="批文扫描件", types=("pdf", "jpg"), max_mb=20, required=False)
    reason = django_forms.CharField(label="事由", required=False, widget=django_forms.Textarea)
    agree = django_forms.BooleanField(label="以上内容与批文原件一致")

    def clean_unit(self) -> str:
        picked = self.cleaned_data["unit"]
        return getattr(picked, "text", picked)


def sample_form(request: HttpRequest) -> SampleForm:
    """Unbound, or bound to what was posted, or to a faulty example for `?faults=1`."""
    if request.method == "POST":
        return SampleForm(request.POST, request.FILES)
    if "faults" in request.GET:
        data = {
            "name": "张玥",
            "places": "两名",
            "born_on": "1991-13-01",
            "since": "2026",
            "sex": "2",
        }
        form = SampleForm(data)
        form.add_error("number", "校验码应为 X，当前为 1，请核对第 18 位")
        form.add_error(None, "市教育局的行政编制已无空编，请先核增编制或换一种编制类型")
        return form
    return SampleForm(initial={"name": "张玥", "sex": "2", "places": 1})


def options(asked: str) -> list[Option]:
    return [Option(r.pk, r.name, r.uscc) for r in ROWS if asked.strip() in r.name]


def children(node: int, page: str) -> list[dict[str, Any]]:
    """Three invented children of one node."""
    inner = {"办公室": "bgs", "人事科": "rsk", "规划财务科": "ghcwk"}
    return [
        {
            "id": node * 10 + n,
            "name": name,
            "url": f"{page}?node={node * 10 + n}",
            "kind": "inner",
            "level": 3,
            "has_children": False,
            "initials": initials,
            "note": "",
            "lamp": None,
        }
        for n, (name, initials) in enumerate(inner.items(), 1)
    ]


def _tree() -> list[dict[str, Any]]:
    page = reverse("core:gallery")

    def node(number: int, name: str, kind: str, level: int, **more: Any) -> dict[str, Any]:
        return {
            "id": number,
            "name": name,
            "url": f"{page}?node={number}",
            "children_url": reverse("core:gallery_tree", args=[number]),
            "kind": kind,
            "level": level,
            "has_children": level < 3,
            **more,
        }

    bureaus = [
        node(11, "市教育局", "org", 2, lamp=("amber", "满编"), note="41/41"),
        node(12, "市发展和改革委员会", "org", 2, lamp=("red", "超编"), current=True),
        node(13, "市财政局", "org", 2, lamp=("green", "空编")),
    ]
    return [
        node(1, "市直行政机关", "group", 1, expanded=True, children=bureaus),
        node(2, "市委工作机关", "group", 1, note="12 个"),
        node(3, "街道", "group", 1),
    ]


@dataclass(frozen=True)
class Document:
    number: str

    def get_absolute_url(self) -> str:
        return f"{reverse('core:gallery')}?document=1"


def context() -> dict[str, Any]:
    """Everything the gallery page shows besides form and table."""
    page = reverse("core:gallery")
    document = Document("编发〔2026〕3号")
    months = [f"{month} 月" for month in range(1, 13)]
    staff = [2620, 2618, 2611, 2611, 2608, 2602, 2604, 2601, 2598, 2599, 2594, 2592]
    approved = [2976] * 12
    return {
        "document": document,
        "tabs": [
            menu.Tab("基本", page, current=True),
            menu.Tab("编制与职数", f"{page}?tab=2"),
            menu.Tab("内设机构", f"{page}?tab=3", count=14),
            menu.Tab("人员", f"{page}?tab=4", count=61),
            menu.Tab("沿革", f"{page}?tab=5"),
            menu.Tab("文件", f"{page}?tab=6", count=0),
            menu.Tab("变更", f"{page}?tab=7"),
        ],
        "wizard": ["下载模板", "上传", "对照列", "校验预览", "确认"],
        "timeline": [
            {
                "when": dt.date(2026, 11, 3),
                "title": "核增行政编制 2 名",
                "document": document,
                "by": "李文",
                "lines": ["行政编制 41 → 43", "其中：司法专项 0"],
            },
            {
                "when": dt.date(2024, 6, 1),
                "title": "更名",
                "text": "由“市教育委员会”更名为“市教育局”",
            },
            {"when": dt.date(2019, 3, 15), "title": "设立", "tone": "grey"},
        ],
        "differences": [
            {"label": "行政编制", "before": 41, "after": 43},
            {"label": "机构规格", "before": "正科级", "after": "正科级"},
            {"label": "加挂牌子", "before": "", "after": "市中医药管理局"},
            {"label": "地址", "before": "人民路 1 号", "after": ""},
        ],
        "nodes": _tree(),
        "chart_option": {
            "legend": {"top": 0, "right": 0},
            "xAxis": {"type": "category", "data": months},
            "yAxis": {"type": "value", "min": 2400},
            "series": [
                {"type": "line", "name": "核定", "data": approved},
                {"type": "bar", "name": "实有", "data": staff},
            ],
        },
        "chart_table": {
            "columns": ["月份", "核定", "实有"],
            "rows": [list(row) for row in zip(months, approved, staff, strict=True)],
        },
        "lamps": [
            ("green", "空编"),
            ("amber", "满编"),
            ("red", "超编 3"),
            ("grey", ""),
            ("blue", ""),
        ],
        "icons": _icon_names(),
    }


def _icon_names() -> list[str]:
    from scripts.build_icons import NAMES

    return NAMES
