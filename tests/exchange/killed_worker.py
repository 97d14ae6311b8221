"""A worker that stops in the middle of writing an import, to be killed there.

Run as a program by test_killed_worker: takes the name of the test database and a message's id.
"""

import os
import sys
import time


def main(database: str, message: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "bianzhi.settings.test"
    os.environ["BIANZHI_DB_OWNER"] = "1"
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    django.setup()

    from apps.core import outbox
    from apps.quotas import workbook

    def stop_here(*args: object, **kwargs: object) -> None:
        print("written, not committed", flush=True)
        time.sleep(60)

    workbook.link_documents = stop_here
    outbox.run(int(message))


if __name__ == "__main__":
    main(*sys.argv[1:])
