"""Organs of a county with the institutions under each, in protocol order. {c} is the county."""

from __future__ import annotations

from typing import Final

from .government import GOVERNMENT
from .kinds import Group, Organ
from .types import POLICE_AND_COURTS, REFERRED

PARTY: Final = Group(
    "党委机关",
    "1",
    "11",
    (
        Organ(
            "中共{c}委办公室（{c}档案局、{c}国家保密局）",
            "县委办",
            30,
            before="中共{c}委办公室",
            institutions="{c}机要信息服务中心 {c}决策咨询服务中心",
            duties="承担县委日常运转、文稿、信息、督促检查和机要保密工作。",
        ),
        Organ(
            "中共{c}委组织部（{c}公务员局）",
            "县委组织部",
            28,
            before="中共{c}委组织部",
            institutions="{c}党员教育服务中心 {c}人才服务中心",
            duties="负责党的组织建设、干部和公务员管理、人才工作。",
        ),
        Organ(
            "中共{c}委宣传部（{c}新闻出版局）",
            "县委宣传部",
            20,
            before="中共{c}委宣传部",
            institutions="{c}互联网宣传中心 {c}新时代文明实践指导中心",
        ),
        Organ(
            "中共{c}委统一战线工作部（{c}民族宗教事务局）",
            "县委统战部",
            12,
            before="中共{c}委统一战线工作部",
            institutions="{c}宗教事务服务中心",
        ),
        Organ(
            "中共{c}委政法委员会",
            "县委政法委",
            15,
            institutions="{c}社会治理中心 {c}法学研究服务中心",
        ),
        Organ(
            "中共{c}委机构编制委员会办公室",
            "县委编办",
            10,
            before="{c}机构编制委员会办公室",
            institutions="{c}事业单位登记服务中心 {c}机构编制电子政务中心",
            duties="贯彻执行机构编制工作的方针政策，统一管理全县机关事业单位的机构编制工作。",
        ),
        Organ("中共{c}直属机关工作委员会", "县直机关工委", 8),
        Organ(
            "中共{c}委网络安全和信息化委员会办公室",
            "县委网信办",
            6,
            core=False,
            institutions="{c}网络舆情中心",
        ),
        Organ("中共{c}委巡察工作领导小组办公室", "县委巡察办", 12, core=False),
        Organ(
            "中共{c}委老干部局",
            "县委老干部局",
            8,
            core=False,
            institutions="{c}老干部活动中心 {c}老年大学",
        ),
        Organ("{c}信访局", "县信访局", 8, core=False, institutions="{c}人民来访接待中心"),
    ),
)
CONGRESS: Final = Group(
    "人大机关",
    "2",
    "12",
    (
        Organ(
            "{c}人民代表大会常务委员会机关",
            "县人大机关",
            34,
            rank="31",
            institutions="{c}人大代表服务中心",
        ),
    ),
)
CONSULTATION: Final = Group(
    "政协机关",
    "4",
    "14",
    (
        Organ(
            "中国人民政治协商会议{c}委员会机关",
            "县政协机关",
            28,
            rank="31",
            institutions="{c}政协委员服务中心",
        ),
    ),
)
DISCIPLINE: Final = Group(
    "纪委监委",
    "5",
    "15",
    (
        Organ(
            "中共{c}纪律检查委员会、{c}监察委员会机关",
            "县纪委监委",
            92,
            before="中共{c}纪律检查委员会机关",
            institutions="{c}党风廉政教育中心 {c}监察信息技术中心",
        ),
    ),
)
COURT: Final = Group(
    "法院",
    "6",
    "16",
    (
        Organ(
            "{c}人民法院",
            "县法院",
            116,
            POLICE_AND_COURTS,
            rank="32",
            institutions="{c}人民法院诉讼服务中心",
        ),
    ),
)
PROCURATORATE: Final = Group(
    "检察院",
    "7",
    "17",
    (
        Organ(
            "{c}人民检察院",
            "县检察院",
            78,
            POLICE_AND_COURTS,
            rank="32",
            institutions="{c}检察信息技术中心",
        ),
    ),
)
ASSOCIATIONS: Final = Group(
    "群团机关",
    "9",
    "19",
    (
        Organ(
            "{c}总工会", "县总工会", 10, nature="105", institutions="{c}工人文化宫 {c}职工服务中心"
        ),
        Organ(
            "共青团{c}委员会",
            "团县委",
            7,
            nature="105",
            institutions="{c}青少年宫 {c}青年志愿服务中心",
        ),
        Organ("{c}妇女联合会", "县妇联", 7, nature="105", institutions="{c}妇女儿童活动中心"),
        Organ("{c}科学技术协会", "县科协", 7, nature="105", institutions="{c}科技馆"),
        Organ("{c}工商业联合会", "县工商联", 6, nature="105"),
        Organ(
            "{c}残疾人联合会",
            "县残联",
            10,
            REFERRED,
            nature="105",
            institutions="{c}残疾人康复服务中心",
        ),
        Organ("{c}文学艺术界联合会", "县文联", 6, REFERRED, nature="105", core=False),
        Organ("{c}社会科学界联合会", "县社科联", 5, REFERRED, nature="105", core=False),
        Organ("{c}归国华侨联合会", "县侨联", 4, nature="105", core=False),
        Organ(
            "{c}红十字会",
            "县红十字会",
            6,
            REFERRED,
            nature="105",
            core=False,
            institutions="{c}应急救护培训中心",
        ),
        Organ("{c}法学会", "县法学会", 3, nature="105", core=False),
    ),
)
GROUPS: Final = (
    PARTY,
    CONGRESS,
    GOVERNMENT,
    CONSULTATION,
    DISCIPLINE,
    COURT,
    PROCURATORATE,
    ASSOCIATIONS,
)
