"""Tests: real PostgreSQL and Redis of their own, a quick hasher, tasks run in place."""

import os
import re

from bianzhi import embedded, env, logs

if not env.flag("BIANZHI_TEST", False):
    # Before the settings below read them. Tests never touch the data that `make run` shows:
    # their servers live in a folder of their own. Child processes inherit all three.
    os.environ["BIANZHI_VAR"] = str(env.path("BIANZHI_VAR", embedded.BASE_DIR / "var") / "test")
    os.environ["BIANZHI_TEST"] = "1"
    os.environ["BIANZHI_DB_OWNER"] = "1"

from bianzhi.settings.base import *  # noqa: F403
from bianzhi.settings.base import CELERY_BROKER_URL, REDIS_URL, ROLE, STATIC_ROOT, VAR

DEBUG = False
SECRET_KEY = "only-for-tests-" + "0123456789" * 5
BIANZHI_KEYS_CREATE = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns when it is missing
WHITENOISE_AUTOREFRESH = True
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
# Tests run side by side have a database each, also in Redis; pytest-xdist says who one is.
_WORKER = env.text("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
REDIS_URL = re.sub(r"(?<=[=/])0$", _WORKER, REDIS_URL)
CELERY_BROKER_URL = re.sub(r"(?<=[=/])0$", _WORKER, CELERY_BROKER_URL)
LOGGING = logs.configure(VAR / "log", ROLE, "WARNING", to_file=False)
