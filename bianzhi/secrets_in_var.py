"""A secret key made on first use, for development only; production gets its own from outside."""

import os
import secrets
from pathlib import Path


def secret_key(var: Path) -> str:
    """Return the key kept in `var/secret_key`, creating it (mode 0600) when it is missing."""
    file = var / "secret_key"
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    var.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"secret_key.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(secrets.token_urlsafe(60))
    try:
        os.link(fresh, file)  # two processes starting together end up with one key
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return file.read_text(encoding="ascii").strip()
