"""Environment values, typed, and refused with one sentence when they are wrong.

Each reader takes the variable's name and a default. Without a default the value is required.
A secret may also be given by file: `X_FILE=/run/secrets/x` instead of `X=…`, so that it
appears neither in the process list nor in a compose file.
"""

import os
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


class EnvironmentRefused(ImproperlyConfigured):
    """One sentence for whoever starts the program: which value, what is wrong, what to do."""


class _Required:
    """Marks a value that has no default."""


REQUIRED = _Required()
_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off"}


def given(name: str) -> bool:
    """Say whether a value is set; an empty one counts as not set."""
    return bool(os.environ.get(name, "").strip())


def _read(name: str, default: object) -> str | None:
    """Return the stripped value, or None where the default applies."""
    value = os.environ.get(name, "").strip()
    if value:
        if "\x00" in value or "\n" in value:
            raise EnvironmentRefused(f"环境变量 {name} 含有换行等控制字符，请改为一行文字。")
        return value
    if default is REQUIRED:
        raise EnvironmentRefused(f"缺少环境变量 {name}，请先设置后再启动。")
    return None


def text(name: str, default: str | _Required = REQUIRED) -> str:
    """Return a text value."""
    value = _read(name, default)
    return str(default) if value is None else value


def words(name: str, default: list[str] | _Required = REQUIRED) -> list[str]:
    """Return a comma-separated list without empty parts."""
    value = _read(name, default)
    if value is None:
        return list(default)  # type: ignore[arg-type]
    return [part.strip() for part in value.split(",") if part.strip()]


def networks(name: str, default: list[str] | _Required = REQUIRED) -> list[str]:
    """Return a comma-separated list of addresses or networks; “unix” is a local socket."""
    found = words(name, default)
    for one in found:
        if one == "unix":
            continue
        try:
            ip_network(one, strict=False)
        except ValueError:
            raise EnvironmentRefused(
                f"环境变量 {name} 里的“{one}”不是地址或网段（如 10.1.2.3、10.1.0.0/16），请改正。"
            ) from None
    return found


def flag(name: str, default: bool | _Required = REQUIRED) -> bool:
    """Return a yes/no value: 1/0, true/false, yes/no, on/off."""
    value = _read(name, default)
    if value is None:
        return bool(default)
    if value.lower() in _YES:
        return True
    if value.lower() in _NO:
        return False
    raise EnvironmentRefused(f"环境变量 {name} 应为 1 或 0，当前是“{value}”，请改正。")


def integer(
    name: str,
    default: int | _Required = REQUIRED,
    *,
    at_least: int | None = None,
    at_most: int | None = None,
) -> int:
    """Return a whole number inside the closed range."""
    value = _read(name, default)
    if value is None:
        return int(default)  # type: ignore[arg-type]
    if not value.isascii() or not value.lstrip("-").isdigit():
        raise EnvironmentRefused(f"环境变量 {name} 应为整数，当前是“{value}”，请改正。")
    number = int(value)
    if at_least is not None and number < at_least:
        raise EnvironmentRefused(f"环境变量 {name} 不得小于 {at_least}，当前是 {number}，请改正。")
    if at_most is not None and number > at_most:
        raise EnvironmentRefused(f"环境变量 {name} 不得大于 {at_most}，当前是 {number}，请改正。")
    return number


def choice(name: str, allowed: tuple[str, ...], default: str | _Required = REQUIRED) -> str:
    """Return one of the allowed words."""
    value = text(name, default)
    if value not in allowed:
        listed = "、".join(allowed)
        raise EnvironmentRefused(f"环境变量 {name} 应为 {listed} 之一，当前是“{value}”，请改正。")
    return value


def path(name: str, default: Path | _Required = REQUIRED) -> Path:
    """Return an absolute path; it need not exist."""
    value = _read(name, default)
    chosen = Path(str(default)) if value is None else Path(value)
    return Path(os.path.abspath(chosen.expanduser()))


def url(
    name: str,
    schemes: tuple[str, ...],
    default: str | _Required = REQUIRED,
    *,
    secret: bool = False,
) -> str:
    """Return an address with one of the given schemes; the refusal never repeats it."""
    value = _secret_text(name, default) if secret else text(name, default)
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in schemes or not (parts.netloc or parts.path.strip("/")):
        listed = "、".join(f"{scheme}://" for scheme in schemes)
        raise EnvironmentRefused(f"环境变量 {name} 应是以 {listed} 开头的完整地址，请改正。")
    return value


def secret(name: str, default: str | _Required = REQUIRED, *, at_least: int = 0) -> str:
    """Return a secret from `NAME` or from the file that `NAME_FILE` names.

    at_least  characters a given secret must have.
    """
    value = _secret_text(name, default)
    if len(value) < at_least:
        raise EnvironmentRefused(
            f"环境变量 {name} 至少要有 {at_least} 个字符，请换一个更长的随机值。"
        )
    return value


def secret_given(name: str) -> bool:
    """Say whether a secret is given, directly or by file."""
    return given(name) or given(f"{name}_FILE")


def _secret_text(name: str, default: str | _Required) -> str:
    by_file = f"{name}_FILE"
    if given(name) and given(by_file):
        raise EnvironmentRefused(f"环境变量 {name} 与 {by_file} 只能设置一个，请去掉其中一个。")
    if not given(by_file):
        return text(name, default)
    file = path(by_file)
    try:
        value = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "不是 UTF-8 文本"
        raise EnvironmentRefused(
            f"环境变量 {by_file} 指向的文件 {file} 读不出来（{reason}），请检查。"
        ) from None
    if not value:
        raise EnvironmentRefused(f"环境变量 {by_file} 指向的文件 {file} 是空的，请写入内容。")
    return value
