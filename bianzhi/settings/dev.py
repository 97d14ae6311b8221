"""Development and `make run`: one machine, one person, loopback only."""

from bianzhi import secrets_in_var
from bianzhi.settings.base import *  # noqa: F403
from bianzhi.settings.base import STATIC_ROOT, VAR, env

DEBUG = env.flag("BIANZHI_DEBUG", True)
SECRET_KEY = env.secret("SECRET_KEY", secrets_in_var.secret_key(VAR), at_least=50)
BIANZHI_KEYS_CREATE = True
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns when it is missing
WHITENOISE_AUTOREFRESH = DEBUG
