"""What a password must be. Source: docs/rules.md A-02 (GB/T 22239 §8.1.4.1, security.md R02).

Listed in settings.AUTH_PASSWORD_VALIDATORS; each says in a whole sentence what to change.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from apps.core import pinyin

SHORTEST = 12
LONGEST = 128  # hashing a book is a way to keep a server busy

#: Words every guesser tries here first; compared without case, digits and marks.
OBVIOUS = ("bianzhi", "bianban", "password", "passwd", "qwerty", "administrator", "woaini")
_CLASSES = (
    (re.compile(r"[a-z]"), "小写字母"),
    (re.compile(r"[A-Z]"), "大写字母"),
    (re.compile(r"[0-9]"), "数字"),
    (re.compile(r"[^a-zA-Z0-9]"), "符号"),
)


class LengthValidator:
    """At least 12 characters, at most 128."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) < SHORTEST:
            raise ValidationError(
                f"密码至少 {SHORTEST} 个字符，现在是 {len(password)} 个，请加长", code="short"
            )
        if len(password) > LONGEST:
            raise ValidationError(f"密码最多 {LONGEST} 个字符，请缩短", code="long")

    def get_help_text(self) -> str:
        return f"至少 {SHORTEST} 个字符"


class ClassesValidator:
    """Three of the four classes: small and capital letters, digits, marks."""

    def validate(self, password: str, user: Any = None) -> None:
        missing = [label for pattern, label in _CLASSES if not pattern.search(password)]
        if len(missing) > 1:
            raise ValidationError(
                "密码须包含大写字母、小写字母、数字、符号中的至少三类，"
                f"现在没有{'、'.join(missing)}，请再加上",
                code="classes",
            )

    def get_help_text(self) -> str:
        return "包含大写字母、小写字母、数字、符号中的至少三类"


class PersonalValidator:
    """Not built on the account's own username or name, forwards or backwards."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None:
            return
        folded = password.casefold()
        for label, value, shortest in _facts_of(user):
            fact = value.casefold()
            if len(fact) >= shortest and (fact in folded or fact[::-1] in folded):
                raise ValidationError(f"密码不能包含{label}，请换一个", code="personal")

    def get_help_text(self) -> str:
        return "不能包含用户名、姓名（拼音也不行）、单位或电话"


def _facts_of(user: Any) -> list[tuple[str, str, int]]:
    """Return (label, text, least length to count) of what others know of the account."""
    name = getattr(user, "name", "") or ""
    facts = [("用户名", getattr(user, "username", "") or "", 2), ("姓名", name, 2)]
    facts.append(("姓名拼音", pinyin.full(name).replace(" ", ""), 5))
    digits = re.sub(r"[^0-9]", "", getattr(user, "office_phone", "") or "")
    facts += [("办公电话", digits, 6), ("办公电话", digits[-8:], 6), ("办公电话", digits[-7:], 6)]
    for part in re.split(r"[\s,，、;；()（）]+", getattr(user, "title", "") or ""):
        facts.append(("单位与职务", part, 3))
    return facts


class HistoryValidator:
    """None of the passwords the account had last (policy: password_history)."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or user.pk is None:
            return
        from apps.core import policy

        from .models import FormerPassword  # settings name this module before models are ready

        count = policy.value("password_history")
        hashes = list(
            FormerPassword.objects.filter(user=user).values_list("password", flat=True)[:count]
        )
        if user.password not in hashes:
            hashes.append(user.password)
        if any(check_password(password, one) for one in hashes):
            raise ValidationError(f"不能与最近用过的 {count} 个密码相同，请换一个", code="former")

    def get_help_text(self) -> str:
        return "不能与最近用过的密码相同"


class ObviousValidator:
    """None of the words that are tried first, and not one pattern over and over."""

    def validate(self, password: str, user: Any = None) -> None:
        from .demo import is_demo_password  # settings name this module before models are ready

        if is_demo_password(password):
            raise ValidationError("这是公开的演示密码，请换一个", code="demo")
        letters = re.sub(r"[^a-z]", "", password.casefold())
        rest = letters
        for word in OBVIOUS:
            rest = rest.replace(word, "")
        # A long phrase may hold such a word; a password that is little else may not.
        if rest != letters and len(rest) < 4:
            raise ValidationError("这个密码太容易被猜到，请换一个", code="obvious")
        if len(set(password)) < 5:
            raise ValidationError("密码里不同的字符太少，容易被猜到，请换一个", code="repeated")

    def get_help_text(self) -> str:
        return ""  # said by the next one


class CommonValidator(CommonPasswordValidator):
    """None of the 20,000 passwords most often found in leaks (the list comes with Django)."""

    def get_error_message(self) -> str:
        return "这是泄露名单里的常见密码，请换一个"

    def get_help_text(self) -> str:
        return "不能是常见密码"
