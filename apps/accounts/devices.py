"""What a browser says of itself, in words a person recognises."""

from __future__ import annotations

import re

_BROWSERS = (
    (re.compile(r"Edg/(\d+)"), "Edge"),
    (re.compile(r"(?:360SE|QihooBrowser)/?(\d*)"), "360 浏览器"),
    (re.compile(r"MicroMessenger/(\d+)"), "微信"),
    (re.compile(r"Firefox/(\d+)"), "Firefox"),
    (re.compile(r"(?:Headless)?Chrome/(\d+)"), "Chrome"),
    (re.compile(r"Version/(\d+).*Safari"), "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("HarmonyOS", "鸿蒙"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def words(agent: str) -> str:
    """Return “Chrome 131，Windows” for a User-Agent header; "" for one that says nothing known."""
    browser = ""
    for pattern, name in _BROWSERS:
        if found := pattern.search(agent[:400]):
            browser = f"{name} {found[1]}".strip()
            break
    system = next((name for sign, name in _SYSTEMS if sign in agent[:400]), "")
    return "，".join(part for part in (browser, system) if part)
