"""Invented names of people: surname by its share, given name by sex and generation."""

from __future__ import annotations

from random import Random
from typing import Final

#: (surnames, share of each in tenths of a per cent): the usual ones first.
_SURNAMES: Final = (
    ("王李张陈刘", 62),
    ("杨黄周吴徐孙赵朱胡郭", 19),
    ("何林高马罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜", 7),
    ("苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹", 4),
    ("俞裘邢竺史尉钱施严童楼翁单翟解仇查盖区缪覃谌葛章喻商金求过应倪洪屠支", 3),
)
_COMPOUND: Final = "欧阳 上官 司马 诸葛 尉迟 皇甫 令狐 东方 司徒 夏侯 公孙 澹台".split()
_MINORITY: Final = (
    ("阿依古丽·买买提", "05", "2"),
    ("买买提·吐尔逊", "05", "1"),
    ("努尔兰·哈力克", "17", "1"),
    ("古丽娜尔·艾山", "05", "2"),
    ("才仁·卓玛", "04", "2"),
    ("扎西·顿珠", "04", "1"),
    ("其其格·巴图", "02", "2"),
    ("巴特尔·苏和", "02", "1"),
    ("阿力木江·热合曼", "05", "1"),
    ("央金·拉姆", "04", "2"),
)

#: Characters that old machines and narrow fonts lose; some people must carry them.
RARE: Final = "堃玥璟祎㛃䶮"
_RARE_BY_SEX: Final = {"1": "堃璟䶮祎", "2": "玥璟祎㛃"}

_MEN_OLD: Final = (
    "国建志明德文永华光荣庆福兴根土水木金祥法仁义忠良海生根树炎关松柏军强伟勇平林富贵春夏秋冬立新民"
)
_MEN: Final = (
    "伟强磊洋勇军杰涛超明刚平辉鹏飞健波斌宇浩凯俊峰亮龙晨旭阳东翔毅宏志振坤瀚锋栋泽嘉铭轩博文天"
    "启航昊然子涵奕逸锦程一诺瑞霖沐恩承烨景行知远思齐怀瑾"
)
_WOMEN_OLD: Final = "秀英桂兰玉珍凤菊香莲梅芳素琴月仙爱花彩云美娟翠雪银小红亚水惠林杏苗春夏菜满华"
_WOMEN: Final = (
    "芳娜敏静丽艳娟霞燕萍玲洁婷慧莹雪倩颖琳璐欣怡悦佳妍婧瑶菲雯露琪晨曦诗涵梦若汐语彤梓萱可馨"
    "思雨一诺书瑶锦心念慈映雪之遥清和知夏安然沐晴"
)


class Names:
    """Draws names; the same seed gives the same people."""

    def __init__(self, random: Random) -> None:
        self.random = random
        singles: list[str] = []
        weights: list[int] = []
        for characters, weight in _SURNAMES:
            singles += characters
            weights += [weight] * len(characters)
        total, sums = 0, []
        for weight in weights:
            total += weight
            sums.append(total)
        self._singles, self._sums = singles, sums

    def draw(self, sex: str, birth_year: int) -> tuple[str, str]:
        """Return (name, ethnicity value): sex "1" or "2"."""
        random = self.random
        dice = random.random()
        if dice < 0.0012:
            fitting = [row for row in _MINORITY if row[2] == sex]
            name, ethnicity, _ = random.choice(fitting)
            return name, ethnicity
        if dice < 0.009:
            surname = random.choice(_COMPOUND)
        else:
            surname = random.choices(self._singles, cum_weights=self._sums)[0]
        given = self._given(sex, birth_year)
        return surname + given, self._ethnicity()

    def _given(self, sex: str, birth_year: int) -> str:
        random = self.random
        if sex == "1":
            pool = _MEN_OLD if random.random() < _share_of_old(birth_year) else _MEN
        else:
            pool = _WOMEN_OLD if random.random() < _share_of_old(birth_year) else _WOMEN
        dice = random.random()
        if dice < 0.006 and birth_year > 1975:
            rare = random.choice(_RARE_BY_SEX[sex])
            return rare if random.random() < 0.4 else rare + random.choice(pool)
        if random.random() < (0.16 if birth_year < 1990 else 0.10):
            return random.choice(pool)
        return random.choice(pool) + random.choice(pool)

    def _ethnicity(self) -> str:
        dice = self.random.random()
        if dice < 0.982:
            return "01"
        return self.random.choice(("03", "06", "08", "11", "12", "15", "22", "02", "10"))


def _share_of_old(birth_year: int) -> float:
    """Return how often a name of the older fashion is given to people born in that year."""
    return min(0.95, max(0.03, (1985 - birth_year) / 22))
