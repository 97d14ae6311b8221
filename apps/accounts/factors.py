"""The second factor: who has one, who must, and whether a code is right (security.md R04).

TOTP of RFC 6238 (SHA-1, 30 seconds, 6 digits: what every code generator can). A code opens once
and may be one step early or late. The writes are services.factors.
"""

from __future__ import annotations

import time
from typing import Final

import pyotp
import segno

from apps.core import crypto

from .models import SecondFactor, User

FIELD: Final = "accounts_secondfactor.secret"
STEP: Final = 30  # seconds
EARLY_OR_LATE: Final = 1  # steps
ISSUER: Final = "云上编办"
#: Who holds one of these works in the establishment office.
OFFICE: Final = ("examine", "sign", "decide")


def is_enrolled(user: User) -> bool:
    return SecondFactor.objects.filter(user=user).exists()


def is_mandatory(user: User, rules: dict[str, int]) -> bool:
    """Say whether the policy asks this account for a second factor."""
    if user.is_administrator:
        return bool(rules["factor_for_administrators"])
    if not rules["factor_for_office"]:
        return False
    return any(user.may_anywhere(permission) for permission in OFFICE)


def new_secret() -> str:
    return pyotp.random_base32()


def address_of(user: User, secret: str) -> str:
    """Return the otpauth:// address that a code generator reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=ISSUER)


def picture_of(address: str) -> str:
    """Return the QR code of an address, as a data: address for an image."""
    return segno.make(address, error="m").svg_data_uri(scale=5, border=2)


def step_of(secret: str, code: str, *, after: int = 0, now: float | None = None) -> int | None:
    """Return the step whose code this is; None when it is none that may be used.

    after  the step last used: it and all before it are spent
    now    seconds since the epoch, of the application's clock
    """
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return None
    totp = pyotp.TOTP(secret)
    present = int((time.time() if now is None else now) // STEP)
    for step in range(present - EARLY_OR_LATE, present + EARLY_OR_LATE + 1):
        if pyotp.utils.strings_equal(digits, totp.generate_otp(step)):
            return step if step > after else None
    return None


def secret_of(factor: SecondFactor) -> str:
    return crypto.decrypt(factor.secret_ct, field=FIELD, row=factor.uid)
