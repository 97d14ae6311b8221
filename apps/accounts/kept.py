"""What was typed when the session ended: kept sealed, and given back after signing in (ux.md).

A form posted into an ended session is put, encrypted, into the visitor's new session, together
with whose it was. Who signs in as the same account within half an hour gets it back as one button
that sends it again: the form's own view then judges it, so nothing is saved unseen.
Passwords and files are never kept.
"""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest

from apps.core import crypto
from apps.core.http import wants_fragment

from .requests import SignedInRequest

KEY: Final = "kept_form"
FIELD: Final = "accounts.kept_form"
LASTS: Final = 30 * 60  # seconds
LARGEST: Final = 100_000  # characters of JSON
_OURS: Final = {"csrfmiddlewaretoken", "_key"}


@dataclass(frozen=True)
class KeptForm:
    """path: where it was going; fields: (name, value) in order; key: one effect, however often."""

    path: str
    fields: list[tuple[str, str]]
    files: list[str]
    key: str

    @property
    def shown(self) -> list[str]:
        """Return what a person typed, without ids and switches."""
        return [value for _, value in self.fields if len(value.strip()) > 1][:40]


def keep(request: HttpRequest, user_id: int) -> bool:
    """Keep the posted form for `user_id`; return whether there was anything to keep."""
    if request.method != "POST" or wants_fragment(request):
        return False
    if "password" in request.path or any("password" in name for name in request.POST):
        return False
    fields = [
        (name, value)
        for name in request.POST
        if name not in _OURS
        for value in request.POST.getlist(name)
    ]
    text = json.dumps(
        {"fields": fields, "files": [f.name for f in request.FILES.values()]}, ensure_ascii=False
    )
    if not fields or len(text) > LARGEST:
        return False
    row = uuid.uuid4()
    request.session[KEY] = {
        "user": user_id,
        "row": str(row),
        "sealed": crypto.encrypt(text, field=FIELD, row=row).hex(),
        "path": request.get_full_path(),
        "at": int(time.time()),
    }
    return True


def has_one(request: HttpRequest, user_id: int) -> bool:
    """Say whether a form waits for this account; one that is not his, or too old, is dropped."""
    kept = request.session.get(KEY)
    if kept is None:
        return False
    if kept["user"] != user_id or time.time() - kept["at"] > LASTS:
        drop(request)
        return False
    return True


def read(request: SignedInRequest) -> KeptForm | None:
    if not has_one(request, request.user.pk):
        return None
    kept = request.session[KEY]
    row = uuid.UUID(kept["row"])
    try:
        text = crypto.decrypt(bytes.fromhex(kept["sealed"]), field=FIELD, row=row)
    except crypto.BadCiphertext:
        drop(request)
        return None
    told = json.loads(text)
    fields = [(name, value) for name, value in told["fields"]]
    return KeptForm(kept["path"], fields, told["files"], key=str(row))


def drop(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
