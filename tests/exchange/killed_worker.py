"""A worker that stops in the middle of a check, a commit or a withdrawal, to be killed there.

Run as a program by test_killed_worker: takes the name of the test database, a message's id and
where to stop. Prints the process id of its database session, then waits for a line to go on.
"""

import os
import sys


def main(database: str, message: str, where: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "bianzhi.settings.test"
    os.environ["BIANZHI_DB_OWNER"] = "1"
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    django.setup()

    from django.db import connection

    from apps.core import outbox
    from apps.exchange import runs, withdrawal
    from apps.quotas import workbook

    def stop_here(*args: object, **kwargs: object) -> dict:
        print(connection.connection.info.backend_pid, flush=True)
        sys.stdin.readline()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return {}

    if where == "check":
        runs.preview_of = stop_here
    elif where == "write":
        workbook.link_documents = stop_here
    else:
        withdrawal._restore = stop_here
    outbox.run(int(message))


if __name__ == "__main__":
    main(*sys.argv[1:])
