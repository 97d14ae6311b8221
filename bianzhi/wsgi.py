"""Entry point of the web server."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bianzhi.settings.prod")
os.environ.setdefault("BIANZHI_ROLE", "web")

from bianzhi import embedded

embedded.hold()

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()

from apps.core import crypto  # noqa: E402

crypto.start()  # refuses to serve without keys, or where SM4 and SM3 compute wrongly

from apps.accounts import demo  # noqa: E402

demo.refuse_in_production()

from bianzhi import memory  # noqa: E402

memory.settle()
