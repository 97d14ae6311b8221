"""The portal's own settings, with the peer beside it."""

from bianzhi.settings.dev import *  # noqa: F403
from bianzhi.settings.dev import INSTALLED_APPS

DEBUG = False  # neither side keeps its queries
INSTALLED_APPS = [*INSTALLED_APPS, "import_export", "bench.peer"]
