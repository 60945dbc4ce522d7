"""The name of a design as words."""

from __future__ import annotations

import re

from geometry.design import Design


def title_of(design: Design) -> str:
    """`solar slice`, `broadband 28 kW`: the name of a design for pictures and panels."""
    words = design.name.replace("_", " ").split()
    spelled = ("GPU" if w == "gpu" else re.sub(r"^(\d+)kw$", r"\1 kW", w) for w in words)
    return " ".join(spelled)
