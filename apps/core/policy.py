"""The security policy (安全策略): numbers an office decides, with bounds that the code sets.

A setting without a row has its default; `settings.POLICY_DEFAULTS` may differ from the ones below
(production asks administrators for a second factor). A row outside its bounds, by whatever road,
counts as the nearest bound: no entry can switch a protection off that has to stay.
Source: docs/rules.md A-14.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from .models import PolicySetting


class OutOfBounds(Exception):
    """A value the policy does not allow. setting: the Setting."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting.key)
        self.setting = setting


@dataclass(frozen=True)
class Setting:
    """One number of the policy. unit "": a switch, 0 or 1."""

    key: str
    group: str
    label: str
    standard: int
    least: int
    most: int
    unit: str
    help: str = ""

    @property
    def is_switch(self) -> bool:
        return not self.unit

    @property
    def default(self) -> int:
        given: dict[str, int] = getattr(settings, "POLICY_DEFAULTS", {})
        return given.get(self.key, self.standard)

    def words(self, value: int) -> str:
        """Return a value as people read it."""
        if self.is_switch:
            return "是" if value else "否"
        return f"{value} {self.unit}"

    @property
    def bounds(self) -> str:
        return "是或否" if self.is_switch else f"{self.least} 至 {self.most} {self.unit}"

    def bounded(self, value: int) -> int:
        return min(max(value, self.least), self.most)


def _switch(key: str, group: str, label: str, standard: int, help: str = "") -> Setting:
    return Setting(key, group, label, standard, 0, 1, "", help)


_PASSWORD, _LOCK, _SESSION = "密码", "登录失败", "登录会话"
_FACTOR, _LOOKS, _OFFICE = "第二因素", "查看与告警", "提议与确认"

SETTINGS: dict[str, Setting] = {
    one.key: one
    for one in (
        Setting("password_history", _PASSWORD, "不得重复最近用过的密码", 5, 1, 24, "个"),
        Setting("password_days", _PASSWORD, "密码最长使用", 90, 30, 365, "天", "到期后登录须先改"),
        Setting("account_failures", _LOCK, "同一账户连续失败几次后锁定", 5, 3, 10, "次"),
        Setting("source_failures", _LOCK, "同一来源连续失败几次后减速", 50, 10, 500, "次"),
        Setting(
            "lock_minutes",
            _LOCK,
            "锁定时间逐次加倍，最长",
            15,
            1,
            60,
            "分钟",
            "到时自行解除，任何账户都不会被永久锁住",
        ),
        Setting("idle_minutes", _SESSION, "无操作多久退出", 30, 5, 120, "分钟"),
        Setting("administrator_idle_minutes", _SESSION, "管理员无操作多久退出", 15, 5, 30, "分钟"),
        Setting("session_hours", _SESSION, "一次登录最长", 8, 1, 12, "小时"),
        _switch("factor_for_administrators", _FACTOR, "管理员必须使用动态口令", 0),
        _switch("factor_for_office", _FACTOR, "编办人员必须使用动态口令", 0),
        _switch("factor_before_reveal", _FACTOR, "显示完整号码前再验一次动态口令", 0),
        Setting("reveals_a_day", _LOOKS, "每人每天显示完整号码", 30, 1, 200, "次"),
        Setting("reveal_alert", _LOOKS, "当天显示到几次告警", 20, 1, 200, "次"),
        Setting("scrape_people", _LOOKS, "十分钟内查看多少不同人员告警", 60, 10, 500, "人"),
        Setting("office_opens", _LOOKS, "办公时段自几点", 7, 0, 12, "点", "时段外的导出会告警"),
        Setting("office_closes", _LOOKS, "办公时段至几点", 20, 13, 24, "点"),
        Setting("proposal_days", _OFFICE, "提议多久未确认即失效", 7, 1, 30, "天"),
    )
}


def value(key: str) -> int:
    """Return one number of the policy. One query."""
    setting = SETTINGS[key]
    stored = PolicySetting.objects.filter(key=key).values_list("value", flat=True).first()
    return setting.bounded(setting.default if stored is None else stored)


def values() -> dict[str, int]:
    """Return all numbers of the policy. One query."""
    stored = dict(PolicySetting.objects.values_list("key", "value"))
    return {key: one.bounded(stored.get(key, one.default)) for key, one in SETTINGS.items()}


def check(key: str, number: int) -> Setting:
    """Return the setting when `number` is allowed. Raises KeyError, OutOfBounds."""
    setting = SETTINGS[key]
    if setting.bounded(number) != number:
        raise OutOfBounds(setting)
    return setting
