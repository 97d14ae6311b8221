"""The sentence of each refusal: which rule, which figure, what to do next."""

from . import checks, filing, heads, moving, partners, register, settings, use  # noqa: F401 - teach `sentence`
from .asking import field_of, sentence

__all__ = ["field_of", "sentence"]
