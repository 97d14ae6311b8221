"""数据口径: what each figure of the boards means, in the words of the office.

Each cites its rule in docs/rules.md, where the place in the code is named too.
"""

from __future__ import annotations

from typing import NamedTuple


class Definition(NamedTuple):
    """anchor: the id a figure's link jumps to; rule: numbers in docs/rules.md."""

    anchor: str
    term: str
    text: str
    rule: str = ""


DEFINITIONS = (
    Definition(
        "approved",
        "核定",
        "编制台账各笔增减数之和，每一笔都有批文。只计入计入总数的编制类型；员额控制数、编外用工控制数另列。",
        "Q-01、Q-06、Q-07",
    ),
    Definition(
        "actual",
        "实有",
        "计入实有的在编人数，按编制所在单位统计：借调人员算在原单位，双肩挑只算一次，编外人员不算。",
        "Q-01",
    ),
    Definition("reserved", "在途", "已同意使用、人员尚未入编的名额。", "Q-01"),
    Definition(
        "vacant",
        "毛空编、毛超编",
        "逐单位、逐编制类型比较核定与实有：核定多出的是空编，实有多出的是超编，合计时分别相加，互不相抵。",
        "Q-02",
    ),
    Definition("net", "净空编", "核定合计减实有合计，恒等于毛空编减毛超编；可以是负数。", "Q-02"),
    Definition(
        "over",
        "超编单位",
        "任何一类编制实有超过核定，即为超编单位；其他类型有空编不抵消。",
        "Q-02",
    ),
    Definition(
        "usable", "可用编制", "逐单位逐类型：核定减实有减在途，小于零按零计，再相加。", "B-02"
    ),
    Definition("rate", "编制使用率", "实有 ÷ 核定，保留一位小数；没有核定时不计算。", "Q-02"),
    Definition(
        "family",
        "行政、事业",
        "行政编制、政法专项、行政执法专项等归行政，参公事业、全额、差额、自收自支等归事业，按编制类型字典归类。",
        "Q-08",
    ),
    Definition(
        "posts",
        "超配、缺配",
        "逐单位、逐职数类别比较应配与实配，正职和副职不相抵；临时专员、非领导不占职数。",
        "L-01、L-02",
    ),
    Definition(
        "units",
        "单位数、批文数",
        "单位指现有的法人单位，不含内设机构和机构分组；事业单位指其中机构性质为事业单位的。"
        "批文指在范围内登记的，以及涉及范围内单位的。",
        "B-01",
    ),
    Definition(
        "since",
        "超编自何时、依据",
        "允许超编的最近一笔：历史遗留的为接管数据之日，有文件的列文号；旁边是该类编制台账最近一笔的批文。",
        "Q-04",
    ),
    Definition(
        "retiring",
        "到龄、预计退休",
        "按出生年月、性别和人员身份推算法定退休时间：男 60 岁起，女干部 55 岁起，女工人 50 岁起，"
        "2025 年起渐进式延迟。含已到龄尚未办理的；弹性提前或延迟由本人和单位选择，故为预计。",
        "R-01、B-03",
    ),
    Definition(
        "structure",
        "人员结构",
        "35岁以下为未满 35 周岁的占实有的比例；本科以上为学历在大学本科及以上的占实有的比例；"
        "专技高级为专业技术一至七级占专业技术岗位人员的比例。",
        "B-04",
    ),
)
