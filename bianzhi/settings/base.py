"""What all settings share. Environment values are parsed here and refused when wrong."""

from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from celery.schedules import crontab

from bianzhi import embedded, env, logs
from bianzhi.celery import app as celery_app  # noqa: F401 - shared tasks find this app
from bianzhi.version import VERSION as VERSION

BASE_DIR = embedded.BASE_DIR
SERVERS = embedded.endpoints()
VAR = SERVERS.var

# Which of our processes this is; names the log file and the database session.
ROLE = env.choice("BIANZHI_ROLE", ("web", "worker", "beat", "command"), "command")

DEBUG = False
ALLOWED_HOSTS: list[str] = []

# Applications

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "guardian",
    "simple_history",
    "treebeard",
    "django_tables2",
    "django_filters",
    "django_htmx",
    "csp",
    "django_celery_beat",
    "apps.core",
    "apps.audit",
    "apps.accounts",
    "apps.documents",
    "apps.units",
    "apps.quotas",
    "apps.posts",
    "apps.staff",
    "apps.exchange",
    "apps.dashboards",
    "apps.checks",
    "apps.approvals",
    "apps.reports",
    "apps.demo",
]

MIDDLEWARE = [
    "apps.core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "apps.accounts.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "apps.audit.middleware.RefusedAccessMiddleware",
    "apps.core.middleware.PrivatePagesMiddleware",
    "apps.core.middleware.IdempotencyMiddleware",
    "apps.core.days.KeepDay",
]

ROOT_URLCONF = "bianzhi.urls"
WSGI_APPLICATION = "bianzhi.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.accounts.context.session_limits",
            ],
        },
    },
]
FORM_RENDERER = "apps.core.forms.Renderer"
DJANGO_TABLES2_TEMPLATE = "components/table.html"

# Database. Ordinary work signs in as a role that owns nothing; `manage.py` sets
# BIANZHI_DB_OWNER for the few commands that change the schema.

DB_OWNER = env.flag("BIANZHI_DB_OWNER", False)
_SCHEMES = ("postgres", "postgresql")


def _database() -> dict[str, object]:
    """Return Django's connection, from DATABASE_URL (DATABASE_OWNER_URL) or embedded."""
    common = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 10, "application_name": f"bianzhi-{ROLE}"},
        "TEST": {"TEMPLATE": "template1"},
    }
    if not env.secret_given("DATABASE_URL"):
        return common | {
            "NAME": embedded.DATABASE,
            "USER": embedded.OWNER if DB_OWNER else embedded.APPLICATION,
            "HOST": str(SERVERS.database_socket),
            "PORT": str(embedded.PORT),
        }
    owner = DB_OWNER and env.secret_given("DATABASE_OWNER_URL")
    name = "DATABASE_OWNER_URL" if owner else "DATABASE_URL"
    parts = urlsplit(env.url(name, _SCHEMES, secret=True))
    options = dict(parse_qsl(parts.query))
    database = unquote(parts.path.lstrip("/"))
    if not database:
        raise env.EnvironmentRefused(
            f"环境变量 {name} 没有写数据库名，请在地址末尾加上 /数据库名。"
        )
    host = options.pop("host", "") or unquote(parts.hostname or "")
    common["OPTIONS"] = {**common["OPTIONS"], **options}  # type: ignore[dict-item]
    return common | {
        "NAME": database,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
    }


DATABASES = {"default": _database()}

# Redis is only the doorbell: pages never need it.

REDIS_URL = (
    env.url("REDIS_URL", ("redis", "rediss", "unix"), secret=True)
    if env.secret_given("REDIS_URL")
    else SERVERS.redis_url
)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# People: signing in, sessions, passwords

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:login"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "apps.accounts.validators.LengthValidator"},
    {"NAME": "apps.accounts.validators.ClassesValidator"},
    {"NAME": "apps.accounts.validators.PersonalValidator"},
    {"NAME": "apps.accounts.validators.ObviousValidator"},
    {"NAME": "apps.accounts.validators.CommonValidator"},
    {"NAME": "apps.accounts.validators.HistoryValidator"},
]
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # rows, so that they can be revoked
SESSION_COOKIE_AGE = 8 * 60 * 60  # seconds
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = False
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # scripts read the token from the page

GUARDIAN_MONKEY_PATCH_USER = False
ANONYMOUS_USER_NAME = None
SIMPLE_HISTORY_HISTORY_ID_USE_UUID = False
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = False

# Where the security policy differs from the standard of core.policy; the office changes the rest.
POLICY_DEFAULTS: dict[str, int] = {}
# Proxies of ours: only they may say, by X-Forwarded-For, whom they speak for. Addresses or
# networks, and the word “unix” for a proxy that comes by a local socket.
TRUSTED_PROXIES = env.networks("BIANZHI_TRUSTED_PROXIES", [])

# Keys for personal data: files outside database and repository, one per key.
BIANZHI_KEYS_DIR = env.path("BIANZHI_KEYS_DIR", VAR / "keys")
BIANZHI_KEYS_CREATE = False  # development and tests make a first set on first use

# Fonts for printing the site has a licence for (方正小标宋, 仿宋_GB2312 …): looked in first. The
# wheel's Noto fonts stand in for what is not there.
BIANZHI_FONTS_DIR = env.path("BIANZHI_FONTS_DIR", VAR / "fonts")

# Each seal over audit events is also appended here: where the database's administrator cannot
# write (another disk or host), so that a dropped tail shows.
AUDIT_ANCHOR = env.path("BIANZHI_AUDIT_ANCHOR", VAR / "anchors" / "audit-seals.jsonl")

# Language and time

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# Files

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
NODE_MODULES = BASE_DIR / "node_modules"
_VENDOR = [
    ("vendor/bootstrap", NODE_MODULES / "bootstrap" / "dist"),
    ("vendor/htmx", NODE_MODULES / "htmx.org" / "dist"),
    ("vendor/echarts", NODE_MODULES / "echarts" / "dist"),
    ("vendor/tom-select", NODE_MODULES / "tom-select" / "dist"),
]
STATICFILES_DIRS: list[Path | tuple[str, Path]] = [
    BASE_DIR / "static",
    *[(prefix, folder) for prefix, folder in _VENDOR if folder.is_dir()],
]
MEDIA_ROOT = VAR / "media"  # handed out by views that ask for rights, never directly
MEDIA_URL = ""
BIANZHI_BACKUP_DIR = env.path("BIANZHI_BACKUP_DIR", VAR / "backups")
BIANZHI_BACKUPS_KEPT = env.integer("BIANZHI_BACKUPS_KEPT", 14, at_least=1)
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# What the browser may do

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Background work

CELERY_BROKER_URL = REDIS_URL if env.secret_given("REDIS_URL") else SERVERS.broker_url
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 6 * 60 * 60,  # seconds; longer than the longest job
}
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_ROUTES = {
    "exchange.*": {"queue": "io"},
    "documents.*": {"queue": "io"},
    "dashboards.*": {"queue": "stats"},
    "quotas.*": {"queue": "stats"},
    "checks.*": {"queue": "stats"},
    "notify.*": {"queue": "notify"},
    "approvals.*": {"queue": "notify"},
}
CELERY_TIMEZONE = TIME_ZONE
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "core.drain_outbox": {"task": "core.drain_outbox", "schedule": 10.0},
    "core.sweep_jobs": {"task": "core.sweep_jobs", "schedule": 60.0},
    "core.settle_search": {"task": "core.settle_search", "schedule": 60.0},
    "staff.compact_retirement": {
        "task": "staff.compact_retirement",
        "schedule": crontab(hour=3, minute=20),
    },
    "approvals.expire_slots": {
        "task": "approvals.expire_slots",
        "schedule": crontab(hour=0, minute=20),
    },
    "approvals.let_go_of_prints": {
        "task": "approvals.let_go_of_prints",
        "schedule": crontab(hour=3, minute=30),
    },
    "core.forget_keys": {"task": "core.forget_keys", "schedule": crontab(hour=3, minute=10)},
    "core.backup": {"task": "core.backup", "schedule": crontab(hour=2, minute=0)},
    "quotas.refresh_dated": {"task": "quotas.refresh_dated", "schedule": 30.0},
    "audit.ensure_partitions": {
        "task": "audit.ensure_partitions",
        "schedule": crontab(hour=1, minute=10),
    },
    "audit.seal": {"task": "audit.seal", "schedule": 60.0},
    "audit.verify": {"task": "audit.verify", "schedule": crontab(hour=2, minute=30)},
    "accounts.sweep_sessions": {
        "task": "accounts.sweep_sessions",
        "schedule": crontab(minute=40),
    },
    "accounts.forget_counters": {
        "task": "accounts.forget_counters",
        "schedule": crontab(hour=1, minute=20),
    },
    "approvals.remind": {"task": "approvals.remind", "schedule": 600.0},
    "approvals.digest": {
        "task": "approvals.digest",
        "schedule": crontab(hour=8, minute=5, day_of_week="mon-fri"),
    },
    "approvals.open_exits": {
        "task": "approvals.open_exits",
        "schedule": crontab(hour=4, minute=10),
    },
    "checks.check_changed": {"task": "checks.check_changed", "schedule": 20.0},
    "checks.check_all": {"task": "checks.check_all", "schedule": crontab(hour=2, minute=30)},
    "checks.refresh_statistics": {"task": "checks.refresh_statistics", "schedule": 600.0},
    "checks.recompute_statistics": {
        "task": "checks.recompute_statistics",
        "schedule": crontab(hour=2, minute=0),
    },
}

# Messages to people outside the portal (docs/messages.md). Nothing is sent unless it is connected.

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("BIANZHI_MAIL_HOST", "")
EMAIL_PORT = env.integer("BIANZHI_MAIL_PORT", 25, at_least=1, at_most=65535)
EMAIL_USE_TLS = env.flag("BIANZHI_MAIL_TLS", False)
EMAIL_TIMEOUT = 10  # seconds
EMAIL_HOST_USER = env.text("BIANZHI_MAIL_USER", "")
EMAIL_HOST_PASSWORD = env.secret("BIANZHI_MAIL_PASSWORD", "")
DEFAULT_FROM_EMAIL = env.text("BIANZHI_MAIL_FROM", "bianzhi@localhost")
BIANZHI_MAIL = bool(EMAIL_HOST)
BIANZHI_SMS_GATEWAY = env.text("BIANZHI_SMS_GATEWAY", "")  # dotted path of the class, "" for none
BIANZHI_SMS_URL = (
    env.url("BIANZHI_SMS_URL", ("http", "https"), secret=True)
    if env.secret_given("BIANZHI_SMS_URL")
    else ""
)
BIANZHI_SMS_TOKEN = env.secret("BIANZHI_SMS_TOKEN", "")

# Logs

LOG_LEVEL = env.choice("BIANZHI_LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")
LOGGING = logs.configure(VAR / "log", ROLE, LOG_LEVEL, to_file=True)

# Shows demo accounts at start. Production settings refuse it.
DEMO = env.flag("BIANZHI_DEMO", False)
