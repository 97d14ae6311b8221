"""The first Word templates of 花名册 and 减少人员花名册: every column, on a broad A4 page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from apps.core.prints import Box, Form
from apps.staff.sheets import columns, name_of

from ..models.papers import SheetKind

#: Millimetres a column needs at 7.5 points for its words in two lines, dates and numbers in one.
WIDTHS = {
    "序号": 6.5, "姓名": 12.0, "性别": 6.5, "出生年月": 12.5, "公民身份号码": 30.0, "民族": 9.0,
    "政治面貌": 11.5, "学历": 11.5, "学位": 11.5, "编制类型": 12.5, "人员身份": 12.5,
    "入编时间": 17.0, "入编文号": 24.0, "出编时间": 17.0, "退出方式": 12.5, "出编文号": 24.0,
    "备注": 12.0,
}  # fmt: skip
OTHERWISE = 14.0
#: Points, by whether people have left: a masked number stands in one line, in any font.
SIZE = {False: 8.0, True: 6.5}
SIGNED = "制表人：　　　　　　　　　　　　审核人：　　　　　　　　　　　　负责人签字："


def _drawn(leaving: bool, values: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> Form:
    """Return a roster whose table has one line for each of `rows`."""
    names = [heading.path[-1] for heading in columns(leaving)]
    centred = [heading.align == "center" for heading in columns(leaving)]
    day, people = values["截止日期"], values["人数"]
    return Form(
        title=f"{values['单位名称']}{name_of(leaving)}",
        widths=[WIDTHS.get(name, OTHERWISE) for name in names],
        rows=[
            [Box(name, sort="head") for name in names],
            *[
                [
                    Box(str(row[name]), sort="figure" if middle else "value")
                    for name, middle in zip(names, centred, strict=True)
                ]
                for row in rows
            ],
        ],
        head=1,
        above=(f"制表单位：{values['制表单位']}", f"截止日期：{day}　　共 {people} 名"),
        notes=[SIGNED],
        landscape=True,
        size=SIZE[leaving],
    )


BUILDERS: dict[str, Callable[..., Form]] = {
    SheetKind.ROSTER: partial(_drawn, False),
    SheetKind.LEAVERS: partial(_drawn, True),
}
