"""A decision that stops in the middle, to be killed there.

Run as a program by test_faults: takes the name of the test database, the application, who decides
and where to stop: “inside” its transaction, after the effect, or “after” it. Prints the process id
of its database session, then waits for a line to go on.
"""

import os
import sys


def main(database: str, application: str, user: str, where: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "bianzhi.settings.test"
    os.environ["BIANZHI_DB_OWNER"] = "1"
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    django.setup()

    from django.db import connection

    from apps.accounts.models import User
    from apps.approvals import services
    from apps.approvals.models import Application
    from apps.approvals.services import confirming

    def stop_here() -> None:
        print(connection.connection.info.backend_pid, flush=True)
        sys.stdin.readline()

    if where == "inside":
        begin = confirming.begin

        def begin_later(*args: object) -> str:
            stop_here()
            return begin(*args)

        confirming.begin = begin_later
    services.advance(
        application=Application.objects.get(pk=application),
        move="pass",
        by=User.objects.get(pk=user),
    )
    if where == "after":
        stop_here()


if __name__ == "__main__":
    main(*sys.argv[1:])
