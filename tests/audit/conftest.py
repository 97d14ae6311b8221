"""The cast, for tests of the audit pages."""

from tests.factories.cast import bureau, clerk, document, foreign_bureau, foreign_home, home

__all__ = ["bureau", "clerk", "document", "foreign_bureau", "foreign_home", "home"]
