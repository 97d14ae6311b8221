"""Production: everything secret comes from outside, everything travels by TLS."""

from bianzhi.settings.base import *  # noqa: F403
from bianzhi.settings.base import BASE_DIR, DEMO, env

if DEMO:
    raise env.EnvironmentRefused("生产环境不能设置 BIANZHI_DEMO=1，请去掉后再启动。")
if not env.given("BIANZHI_KEYS_DIR"):
    raise env.EnvironmentRefused(
        "缺少环境变量 BIANZHI_KEYS_DIR，请指定存放数据密钥的目录后再启动。"
    )

DEBUG = False
SECRET_KEY = env.secret("SECRET_KEY", at_least=50)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
if "*" in ALLOWED_HOSTS:
    raise env.EnvironmentRefused("环境变量 ALLOWED_HOSTS 不能含有 *，请写明域名。")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]

# Filled by `manage.py collectstatic` when a release is made.
STATIC_ROOT = env.path("BIANZHI_STATIC_ROOT", BASE_DIR / "staticfiles")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SECURE_SSL_REDIRECT = env.flag("BIANZHI_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = env.integer("BIANZHI_HSTS_SECONDS", 31_536_000, at_least=0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
# Only where a proxy of ours always sets the header itself.
if env.flag("BIANZHI_BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# 三员 sign in with a second factor from the first day; 编办 when its policy says so.
POLICY_DEFAULTS = {"factor_for_administrators": 1}
SESSION_COOKIE_NAME = "__Host-sessionid"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
CSRF_COOKIE_SECURE = True
