"""Backups: one file that holds database and files, and the way back from it.

The file is a plain tar: `database.dump` (pg_dump, custom format), `files/…` (everything under
MEDIA_ROOT), `manifest.json` (what is in it, with a SHA-256 each) and `manifest.mac` (HMAC-SM3 of
the manifest). Data keys are never in it: they are kept apart, or a stolen backup would be readable.
How to use it: docs/operations.md. Rules: docs/rules.md V-01 to V-04.
"""
