#!/usr/bin/env python
"""Command line of the portal. Starts the embedded servers for its own duration where needed."""

import importlib
import os
import sys

# These change the schema or the data as its owner; all others use the application's own login.
OWNER_COMMANDS = {"migrate", "makemigrations", "test", "flush", "sqlmigrate", "dbshell", "restore"}
# These need no server at all.
QUIET_COMMANDS = {"help", "version", "--help", "-h", "--version", "collectstatic", "findstatic"}


def main() -> None:
    """Run one management command."""
    arguments = sys.argv[1:]
    command = arguments[0] if arguments else "help"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bianzhi.settings.dev")
    for position, argument in enumerate(arguments):
        if argument.startswith("--settings="):
            os.environ["DJANGO_SETTINGS_MODULE"] = argument.partition("=")[2]
        elif argument == "--settings" and position + 1 < len(arguments):
            os.environ["DJANGO_SETTINGS_MODULE"] = arguments[position + 1]
    if command in OWNER_COMMANDS:
        os.environ["BIANZHI_DB_OWNER"] = "1"
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("没有找到 Django：请先运行 make setup，再用 .venv/bin/python manage.py 启动。")

    from bianzhi import embedded
    from bianzhi.env import EnvironmentRefused

    try:
        importlib.import_module(os.environ["DJANGO_SETTINGS_MODULE"])
        if command not in QUIET_COMMANDS and not {"--help", "-h"} & set(arguments[1:]):
            embedded.hold()
    except (EnvironmentRefused, embedded.ServersRefused) as refusal:
        sys.exit(str(refusal))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
