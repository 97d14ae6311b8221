"""What a backup or a restore may refuse."""

from __future__ import annotations


class BackupRefused(Exception):
    """str() is a Chinese sentence for the operator: what is wrong and what to do next."""
