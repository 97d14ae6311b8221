"""Guessing passwords costs time: failures are counted per account, per source, and per pair.

Each attempt is counted before the password is looked at, so that many at once are counted too.
A name is slowed down whether it exists or not. Somebody who has signed in from an address before
is judged there by his own failures alone: others cannot keep him out by guessing. Rule A-03.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from apps.core import policy

from .errors import TooManyAttempts
from .models import SignInCounter, User

#: Failures older than this no longer slow anybody down.
MEMORY: Final = dt.timedelta(minutes=15)
#: A successful sign-in makes an address a known one of the account for this long.
KNOWN_FOR: Final = dt.timedelta(days=30)


class Brake(NamedTuple):
    """free: failures that cost nothing; then 1, 2, 4 … seconds up to `longest`."""

    free: int
    longest: int

    def wait(self, failures: int) -> int:
        if failures < self.free:
            return 0
        return min(2 ** min(failures - self.free, 20), self.longest)


#: By the standard values of the policy; `brakes` reads those in force.
PAIR: Final = Brake(free=5, longest=900)
ACCOUNT: Final = Brake(free=10, longest=300)
SOURCE: Final = Brake(free=50, longest=300)


class Brakes(NamedTuple):
    pair: Brake
    account: Brake
    source: Brake


def brakes() -> Brakes:
    """Return the brakes as the policy sets them. One query.

    An account guessed from all over the world bears twice the failures and waits five minutes at
    most: its owner is never kept out for long by what others do.
    """
    rules = policy.values()
    free, longest = rules["account_failures"], rules["lock_minutes"] * 60
    return Brakes(
        Brake(free, longest),
        Brake(free * 2, min(longest, ACCOUNT.longest)),
        Brake(rules["source_failures"], SOURCE.longest),
    )


class Keys(NamedTuple):
    """Primary keys of the three counters of one attempt."""

    account: str
    pair: str
    source: str


def keys_of(username: str, address: str | None) -> Keys:
    """Return the counters of an attempt. Typed names are hashed: they may be passwords."""
    name = hashlib.sha256(username.casefold().encode()).hexdigest()[:40]
    source = address or "-"
    pair = hashlib.sha256(f"{name} {source}".encode()).hexdigest()[:40]
    return Keys(f"account:{name}", f"pair:{pair}", f"source:{source}")


def admit(keys: Keys, *, user: User | None = None, address: str | None = None) -> None:
    """Count one attempt as failed, or raise TooManyAttempts and count nothing.

    user, address   whose account and where from, for the page that lets an account off
    """
    with transaction.atomic():
        pair, account, source = brakes()
        rows = _locked(keys, user, address)
        now = timezone.now()
        by_key = {keys.pair: pair, keys.source: source, keys.account: account}
        known = rows[keys.pair].succeeded_at
        if known is not None and now - known < KNOWN_FOR:
            del by_key[keys.account]
        wait = max(_left(rows[key], brake, now) for key, brake in by_key.items())
        if wait > 0:
            raise TooManyAttempts(wait)
        for row in rows.values():
            fresh = row.failed_at is None or now - row.failed_at > MEMORY
            row.failures = 1 if fresh else row.failures + 1
            row.failed_at = now
        SignInCounter.objects.bulk_update(rows.values(), ["failures", "failed_at"])


def forgive(keys: Keys) -> None:
    """Take back what `admit` counted: the password was right."""
    with transaction.atomic():
        rows = _locked(keys)
        for key in (keys.account, keys.pair):
            rows[key].failures = 0
        rows[keys.pair].succeeded_at = timezone.now()
        rows[keys.source].failures = max(rows[keys.source].failures - 1, 0)
        SignInCounter.objects.bulk_update(rows.values(), ["failures", "succeeded_at"])


def failures_of(keys: Keys) -> int:
    """Return how often signing in under this name failed lately, from anywhere."""
    found = SignInCounter.objects.filter(key=keys.account).values_list("failures", flat=True)
    return found.first() or 0


def forget(*, before: dt.timedelta = KNOWN_FOR) -> int:
    """Drop counters nobody has touched for `before`; return how many."""
    limit = timezone.now() - before
    stale = SignInCounter.objects.exclude(succeeded_at__gte=limit).exclude(failed_at__gte=limit)
    return stale.delete()[0]


@dataclass(frozen=True)
class Slowed:
    """An account that has to wait. address: from where; "" when from everywhere."""

    user: User
    address: str
    failures: int
    failed_at: dt.datetime
    seconds: int


def slowed() -> list[Slowed]:
    """Return who has to wait now, longest first. Two queries."""
    now = timezone.now()
    pair, account, _ = brakes()
    rows = SignInCounter.objects.filter(user__isnull=False, failed_at__gte=now - MEMORY)
    found = []
    for row in rows.select_related("user"):
        everywhere = row.key.startswith("account:")
        seconds = _left(row, account if everywhere else pair, now)
        if seconds and row.failed_at is not None:
            place = "" if everywhere else (row.address or "")
            found.append(Slowed(row.user, place, row.failures, row.failed_at, seconds))  # type: ignore[arg-type]
    return sorted(found, key=lambda one: -one.seconds)


def _locked(
    keys: Keys, user: User | None = None, address: str | None = None
) -> dict[str, SignInCounter]:
    """Return the three rows, made where missing, locked in the order of their keys."""
    ordered = sorted(keys)
    owner = user.pk if user is not None else None
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO accounts_signincounter (key, failures, user_id, address) "
            "VALUES (%s, 0, %s, %s) ON CONFLICT (key) DO UPDATE SET user_id = EXCLUDED.user_id "
            "WHERE accounts_signincounter.user_id IS NULL AND EXCLUDED.user_id IS NOT NULL",
            [(key, None if key == keys.source else owner, address) for key in ordered],
        )
    rows = SignInCounter.objects.select_for_update().filter(key__in=ordered).order_by("key")
    return {row.key: row for row in rows}


def _left(row: SignInCounter, brake: Brake, now: dt.datetime) -> int:
    """Return the whole seconds this counter still asks to wait."""
    if row.failed_at is None or now - row.failed_at > MEMORY:
        return 0
    until = row.failed_at + dt.timedelta(seconds=brake.wait(row.failures))
    return max(-int((now - until).total_seconds() // 1), 0) if until > now else 0
