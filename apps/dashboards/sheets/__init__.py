"""The two reminder sheets (domain.md §6.1, §6.2): made once, shown, printed and written alike."""

from .build import Row, Sheet
from .layout import layout_of
from .posts import posts_sheet
from .quotas import quota_sheet

__all__ = ["Row", "Sheet", "layout_of", "posts_sheet", "quota_sheet"]
