"""`/healthz`: whether the parts that the portal stands on answer.

A worker lives while its key in Redis does: the worker renews it from its own loop every few
seconds and it runs out by itself.
"""

import contextlib
import os
import time

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

HEARTBEAT_KEY = "bianzhi:worker-alive"
HEARTBEAT_EVERY = 5  # seconds
HEARTBEAT_LASTS = 15  # seconds

#: When beat last had the outbox looked at: it and a worker both live.
TICK_KEY = "bianzhi:beat-ticked"

OK = "ok"
DOWN = "down"
UNKNOWN = "unknown"  # the worker's sign of life is in Redis, and Redis is down


def redis_client() -> redis.Redis:
    """Return a client that gives up soon."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


def beat() -> None:
    """Renew the worker's sign of life. Without Redis: nothing; the next beat tries again."""
    with contextlib.suppress(redis.RedisError), redis_client() as client:
        client.set(HEARTBEAT_KEY, os.getpid(), ex=HEARTBEAT_LASTS)


def note_tick() -> None:
    """Note that beat's most frequent task was run just now. Without Redis: nothing."""
    with contextlib.suppress(redis.RedisError), redis_client() as client:
        client.set(TICK_KEY, str(time.time()), ex=7 * 24 * 3600)


def state() -> dict[str, str]:
    """Return one word for each part, and `status`: ok only if all are."""
    parts = {"database": _database(), **_redis_and_worker()}
    status = OK if set(parts.values()) == {OK} else DOWN
    return {"status": status, **parts, "version": settings.VERSION}


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        return DOWN
    return OK


def _redis_and_worker() -> dict[str, str]:
    try:
        with redis_client() as client:
            alive = client.exists(HEARTBEAT_KEY)
    except redis.RedisError:
        return {"redis": DOWN, "worker": UNKNOWN}
    return {"redis": OK, "worker": OK if alive else DOWN}


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when every part does, else 503; the body says which one does not."""
    parts = state()
    response = JsonResponse(parts, status=200 if parts["status"] == OK else 503)
    setattr(response, "_has_been_logged", True)  # noqa: B010 - Django would log each 503, and monitors ask often
    return response
