"""The small cast."""

from tests.factories.cast import *  # noqa: F403
