"""Write addresses with passwords into files, from the password files of docker-compose.yml.

    python scripts/make_addresses.py FOLDER

FOLDER/database, /redis for web, worker and beat; FOLDER/owner for migrations. The environment
then names files only (DATABASE_URL_FILE …). Passwords are quoted, so any character may be in them.
"""

import os
import sys
from pathlib import Path
from urllib.parse import quote

SECRETS = Path(os.environ.get("SECRETS_DIR", "/run/secrets"))
DATABASE_HOST = os.environ.get("DATABASE_HOST", "database:5432/bianzhi")
REDIS_HOST = os.environ.get("REDIS_HOST", "redis:6379/0")
READER = int(os.environ.get("READER_UID", "10001"))  # the image's user


def main(folder: Path) -> None:
    """Write the three files, readable by the portal's user alone (the owner's: by root alone)."""

    def secret(name: str) -> str:
        try:
            return quote((SECRETS / name).read_text(encoding="utf-8").strip(), safe="")
        except OSError as problem:
            sys.exit(f"读不到密码文件 {SECRETS / name}（{problem.strerror}），请先按说明生成。")

    addresses = {
        "database": f"postgresql://bianzhi_app:{secret('app_password')}@{DATABASE_HOST}",
        "redis": f"redis://:{secret('redis_password')}@{REDIS_HOST}",
        "owner": f"postgresql://postgres:{secret('owner_password')}@{DATABASE_HOST}",
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, address in addresses.items():
        fresh = folder / f".{name}"
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as out:
            out.write(address)
        if name != "owner" and os.geteuid() == 0:
            os.chown(fresh, READER, READER)
        fresh.replace(folder / name)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("用法：python scripts/make_addresses.py 目录")
    main(Path(sys.argv[1]))
