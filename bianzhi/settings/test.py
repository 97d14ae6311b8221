"""Tests: real PostgreSQL and Redis, a quick hasher, tasks run in place."""

from bianzhi import logs
from bianzhi.settings.base import *  # noqa: F403
from bianzhi.settings.base import ROLE, VAR

DEBUG = False
SECRET_KEY = "only-for-tests-" + "0123456789" * 5
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
LOGGING = logs.configure(VAR / "log", ROLE, "WARNING", to_file=False)
