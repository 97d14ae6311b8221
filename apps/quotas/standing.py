"""空编, 满编, 超编: computed from figures, never stored (style.md §5)."""

from __future__ import annotations

Lamp = tuple[str, str]  # (tone, word) for the lamp component


def lamp_of(*, approved: int, actual: int, reserved: int = 0, over: bool = False) -> Lamp:
    """Return the lamp of one cell or one unit.

    over   some type of the unit stands above its places, whatever the sums say (Q-02)
    """
    if over or actual > approved:
        return ("red", "超编")
    if approved == 0:
        return ("grey", "未核定")
    if actual + reserved >= approved:
        return ("amber", "满编")
    return ("green", "有空编")
