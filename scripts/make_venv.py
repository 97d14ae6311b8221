"""Make the virtual environment: `python3 scripts/make_venv.py .venv`.

Debian's python3 comes without ensurepip; there pip is taken from PyPI itself, checked against
the hash below, and installs itself.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
import venv
from pathlib import Path

LOWEST = (3, 11)
PIP = "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"


def main() -> None:
    """Create the environment unless a working one is there."""
    if sys.version_info < LOWEST:
        found = ".".join(map(str, sys.version_info[:3]))
        sys.exit(f"需要 Python 3.11 以上，当前是 {found}：请安装后用 make PYTHON=python3.11 运行。")
    folder = Path(sys.argv[1])
    python = folder / "bin" / "python"
    if _works([str(python), "-m", "pip", "--version"]):
        return
    print("建立虚拟环境……", flush=True)
    with_pip = _works([sys.executable, "-c", "import ensurepip"])
    try:
        venv.create(folder, with_pip=with_pip, clear=True)
        if not with_pip:
            _install_pip(python)
    except (OSError, subprocess.CalledProcessError, LookupError) as problem:
        sys.exit(f"虚拟环境没有建成（{problem}）：请检查网络，或先安装 python3-venv，再重新运行。")


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _install_pip(python: Path) -> None:
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    request = urllib.request.Request(f"{index}/pip/", headers=accept)
    with urllib.request.urlopen(request, timeout=60) as answer:
        files = json.load(answer)["files"]
    addresses = [file["url"] for file in files if file["filename"] == PIP]
    if not addresses:
        raise LookupError(f"{index} 上没有 {PIP}")
    with urllib.request.urlopen(addresses[0], timeout=120) as answer:
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != PIP_SHA256:
        raise LookupError(f"{PIP} 的校验值不符")
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder) / PIP
        wheel.write_bytes(content)
        command = [str(python), f"{wheel}/pip", "install", "-q", "--no-index", str(wheel)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
