"""Entry point of the web server."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bianzhi.settings.prod")
os.environ.setdefault("BIANZHI_ROLE", "web")

from bianzhi import embedded  # noqa: E402

embedded.hold()

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()
