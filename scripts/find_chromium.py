"""Find the Chromium that the browser tests use; with --install get it where that is possible.

Prints its path. Order: BIANZHI_CHROMIUM, a Chromium or Chrome on the PATH, Playwright's own.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

#: The first has no window at all and needs the least of a machine.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)
MISSING = (
    "没有找到 Chromium，浏览器测试无法运行：请安装 chromium（Debian：apt-get install chromium "
    "fonts-noto-cjk），或用 BIANZHI_CHROMIUM 指明它的路径，再重新运行。"
)


def find() -> str | None:
    """Return the path of a browser, or None."""
    named = os.environ.get("BIANZHI_CHROMIUM", "").strip()
    if named:
        return named if os.access(named, os.X_OK) else None
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache/ms-playwright"))
    own = sorted(cache.glob("chromium-*/chrome-linux*/chrome"))
    return str(own[-1]) if own else None


def _install() -> None:
    """As root on Debian: from the distribution, with a Chinese font."""
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        return
    print("安装 Chromium 与中文字体（仅测试使用）……", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}

    def run(*arguments: str) -> None:
        subprocess.run([apt, *arguments], env=environment, check=False, stdout=subprocess.DEVNULL)

    run("update", "-q")
    for browser in NAMES[:2]:  # older releases of Debian have only the second
        run("install", "-y", "-q", "--no-install-recommends", browser, "fonts-noto-cjk")
        if find() is not None:
            return


def main() -> None:
    """Print the browser's path, or say what is missing and fail."""
    if find() is None and "--install" in sys.argv[1:]:
        _install()
    found = find()
    if found is None:
        sys.exit(MISSING)
    print(f"浏览器测试使用 {found}")


if __name__ == "__main__":
    main()
