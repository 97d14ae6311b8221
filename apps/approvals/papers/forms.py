"""Where each box of a paper stands (domain.md §6.5, in the order of its ten blocks)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from apps.core.prints import Box, Form, Letter, TabledLetter

from ..models.papers import PaperKind
from .trail import TITLES, day

#: Signature boxes are at least this high.
SIGN_MM = 30.0
GRID = (1.0,) * 24

Values = Mapping[str, str]
Rows = Sequence[Mapping[str, Any]]


def _label(text: str, columns: int = 3, rows: int = 1) -> Box:
    return Box(text, columns, rows, "label")


def _pair(values: Values, name: str, columns: int, *, label: str = "", wide: int = 3) -> list[Box]:
    """Return the label of a box and the box; together wide + columns of the grid."""
    return [_label(label or name, wide), Box(values[name], columns)]


def _sign(values: Values, box: str, columns: int) -> Box:
    return Box(
        values[f"{box}意见"],
        columns,
        1,
        "sign",
        title=TITLES[box],
        signed=values[f"{box}签名"],
        day=values[f"{box}日期"],
        height=SIGN_MM,
    )


def _office(values: Values) -> list[list[Box]]:
    """Return 编办意见 as four boxes behind one upright label: 经办 科长 / 分管 主任."""
    return [
        [Box("编办意见", 2, 2, "upright"), _sign(values, "经办", 11), _sign(values, "科长", 11)],
        [_sign(values, "分管", 11), _sign(values, "主任", 11)],
    ]


def _signatures(values: Values) -> list[list[Box]]:
    return [
        [_sign(values, "单位", 12), _sign(values, "主管部门", 12)],
        *_office(values),
        [_sign(values, "组织人社", 8), _sign(values, "财政", 8), _sign(values, "社保", 8)],
    ]


def _who(values: Values) -> list[list[Box]]:
    """Return blocks 1 to 5, alike on 入编 and 出编."""
    v = values
    return [
        [*_pair(v, "单位名称", 9, label="单位名称\n（章）"), *_pair(v, "主管部门", 9)],
        [
            *_pair(v, "姓名", 5),
            *_pair(v, "性别", 2, wide=2),
            *_pair(v, "民族", 5),
            Box("照片", 4, 4, "photo"),
        ],
        [*_pair(v, "出生年月", 5), *_pair(v, "公民身份号码", 9)],
        [*_pair(v, "政治面貌", 5), *_pair(v, "参加工作时间", 9)],
        [*_pair(v, "学历", 5), *_pair(v, "学位", 9)],
        [*_pair(v, "毕业院校", 9), *_pair(v, "专业", 9)],
        [*_pair(v, "编制类型", 9), *_pair(v, "编制所在单位", 9)],
        [*_pair(v, "经费形式", 9), *_pair(v, "本人身份", 9)],
        [
            *_pair(v, "岗位类别等级", 9, label="岗位类别\n/等级"),
            *_pair(v, "职务", 9, label="职务（编制\n职务名称）"),
        ],
        [
            *_pair(v, "职务层次职级", 6, label="职务层次\n/职级"),
            *_pair(v, "专技资格", 6, label="专技资格\n/工勤等级"),
            *_pair(v, "双肩挑", 3),
        ],
    ]


def _basis(values: Values) -> list[Box]:
    return [
        *_pair(values, "依据文件", 8),
        *_pair(values, "文号", 5, wide=2),
        *_pair(values, "文件日期", 4, label="文件\n日期", wide=2),
    ]


def entry(values: Values, rows: Rows) -> Form:
    return Form(
        title=PaperKind.ENTRY.label,
        widths=GRID,
        rows=[
            *_who(values),
            [*_pair(values, "进入方式", 5), *_pair(values, "来源", 5), *_pair(values, "原单位", 5)],
            _basis(values),
            [
                *_pair(values, "编制使用通知单号", 8, wide=4),
                *_pair(values, "用编序号", 9),
            ],
            [*_pair(values, "入编时间", 9), *_pair(values, "所在内设机构", 9)],
            *_signatures(values),
            _pair(values, "备注", 21),
        ],
    )


def exit_(values: Values, rows: Rows) -> Form:
    return Form(
        title=PaperKind.EXIT.label,
        widths=GRID,
        rows=[
            *_who(values),
            [*_pair(values, "退出方式", 5), *_pair(values, "去向", 5), *_pair(values, "原单位", 5)],
            _basis(values),
            [
                *_pair(values, "编制使用通知单号", 8, wide=4),
                *_pair(values, "用编序号", 9),
            ],
            [*_pair(values, "入编时间", 9), *_pair(values, "出编时间", 9)],
            *_signatures(values),
            _pair(values, "备注", 21),
        ],
    )


def card(values: Values, rows: Rows) -> Form:
    v = values
    return Form(
        title=PaperKind.CARD.label,
        widths=GRID,
        paper="a5",
        landscape=True,
        rows=[
            [
                *_pair(v, "姓名", 5),
                *_pair(v, "性别", 2, wide=2),
                *_pair(v, "出生年月", 5),
                Box("照片", 4, 4, "photo"),
            ],
            [*_pair(v, "人员编号", 5), *_pair(v, "公民身份号码", 8, wide=4)],
            [*_pair(v, "编制所在单位", 16, wide=4)],
            [*_pair(v, "编制类型", 7), *_pair(v, "入编时间", 7)],
            [*_pair(v, "经费形式", 9), *_pair(v, "进入方式", 9)],
            [*_pair(v, "职务", 9), *_pair(v, "文号", 9, label="入编文号")],
            [*_pair(v, "编制使用通知单号", 7, wide=5), *_pair(v, "用编序号", 9)],
            [
                *_pair(v, "备注", 9),
                Box("", 12, 1, "sign", title="编制机构（章）", day=v["发卡日期"], height=24.0),
            ],
        ],
    )


def flow(values: Values, rows: Rows) -> Form:
    v = values
    columns = (
        ("序号", 3), ("环节", 6), ("操作", 5), ("办理人", 5), ("收到时间", 6), ("办理时间", 6),
        ("用时", 6), ("意见", 11),
    )  # fmt: skip
    above = [
        [*_pair(v, "受理编号", 18, wide=6), *_pair(v, "事项", 18, wide=6)],
        [*_pair(v, "单位名称", 18, wide=6), *_pair(v, "主管部门", 18, wide=6)],
        [*_pair(v, "摘要", 42, wide=6)],
        [*_pair(v, "人员", 42, wide=6)],
        [*_pair(v, "申报人", 18, wide=6), *_pair(v, "现在状态", 18, wide=6)],
        [*_pair(v, "提交时间", 18, wide=6), *_pair(v, "办结时间", 18, wide=6)],
    ]
    return Form(
        title=PaperKind.FLOW.label,
        widths=(1.0,) * 48,
        size=10.5,
        rows=[
            *above,
            [Box(name, wide, 1, "head") for name, wide in columns],
            *[[Box(str(row[name]), wide) for name, wide in columns] for row in rows],
        ],
        head=1,
        head_at=len(above),
    )


def use(values: Values, rows: Rows) -> Form:
    v = values
    columns = (("序号", 2), ("编制类型", 5), ("编制用途", 5), ("详细用途", 6), ("申报数", 3),
               ("批准数", 3))  # fmt: skip
    return Form(
        title=PaperKind.USE.label,
        widths=GRID,
        rows=[
            [*_pair(v, "单位名称", 9, label="用编单位\n（章）"), *_pair(v, "主管部门", 9)],
            [*_pair(v, "来文文件名", 21)],
            [*_pair(v, "来文文号", 9), *_pair(v, "来文时间", 9)],
            [*_pair(v, "联系人", 9), *_pair(v, "联系电话", 9)],
            [*_pair(v, "年度用编", 9), *_pair(v, "人员来源", 9)],
            [Box(name, wide, 1, "head") for name, wide in columns],
            *[
                [
                    Box(str(row[name]), wide, 1, "figure" if name in _FIGURES else "value")
                    for name, wide in columns
                ]
                for row in rows
            ],
            [*_pair(v, "申报总数", 9), *_pair(v, "批准总数", 9)],
            [_sign(v, "单位", 12), _sign(v, "主管部门", 12)],
            *_office(v),
            _pair(v, "备注", 21),
        ],
    )


def sheet(values: Values, rows: Rows) -> Form:
    """审议表 on a broad page: the columns of domain.md §5.4, one for each operand."""
    known = [*SHEET_BEFORE, *SHEET_AFTER, "算式"]
    operands = [name for name in (rows[0] if rows else OPERANDS) if name not in known]
    columns = [
        *((name, 2.4 if name in ("单位", "主管") else 1.6) for name in SHEET_BEFORE),
        *((name, 1.3) for name in operands),
        *((name, 2.8 if name == "理由" else 1.3) for name in SHEET_AFTER),
    ]
    width = len(columns)
    texts = (*SHEET_BEFORE, "理由", "备注")
    body = [
        [Box(str(row[n]), 1, 1, "value" if n in texts else "figure") for n, _ in columns]
        for row in rows
    ]
    half = width // 2
    return Form(
        title=PaperKind.SHEET.label,
        widths=[share for _, share in columns],
        rows=[
            [Box(name, 1, 1, "head") for name, _ in columns],
            *body,
            *[
                [_label("算式", 2), Box(f"{row['编制类型']}：{row['算式']}", width - 2)]
                for row in rows
            ],
            [_sign(values, "经办", half), _sign(values, "科长", width - half)],
            [_sign(values, "分管", half), _sign(values, "主任", width - half)],
        ],
        head=1,
        above=(f"{values['审议表号']}　{values['会议']}", f"制表日期：{values['制表日期']}"),
        landscape=True,
    )


SHEET_BEFORE = ("单位", "主管", "级别", "类别", "参公", "编制类型")
SHEET_AFTER = ("可用", "申报数", "建议数", "理由", "备注")
OPERANDS = ("核定", "实有", "空缺领导职数", "已下达未使用", "原则预留", "其他预留")


def notice(values: Values, rows: Rows) -> TabledLetter:
    """编制使用核准通知单: a letter with one line and one code for each approved head."""
    v = values
    return TabledLetter(
        Letter(
            title=PaperKind.NOTICE.label,
            heading=v["发文机关"],
            number=v["通知单号"],
            to=v["单位名称"],
            paragraphs=[
                f"{v['收悉']}经研究，核准你单位使用编制{v['批准总数']}名（{v['编制明细']}）"
                f"{v['来源说明']}。有效期至{v['有效期至']}，逾期未使用的自动失效。",
                "请按附表所列用编序号办理人员入编，一号一人；扫描二维码可直接填写入编申请。",
            ],
            signer=v["发文机关"],
            on=day(v["下达日期"]),
        ),
        caption="附：用编序号",
        head=("用编序号", "编制类型", "用途", "入编二维码"),
        widths=(1.0, 2.0, 3.2, 1.5),
        rows=[[row["用编序号"], row["编制类型"], row["用途"], row["二维码"]] for row in rows],
    )


_FIGURES = ("序号", "申报数", "批准数")

BUILDERS: dict[str, Callable[[Values, Rows], Form | TabledLetter]] = {
    PaperKind.SHEET: sheet,
    PaperKind.NOTICE: notice,
    PaperKind.ENTRY: entry,
    PaperKind.EXIT: exit_,
    PaperKind.CARD: card,
    PaperKind.FLOW: flow,
    PaperKind.USE: use,
}
