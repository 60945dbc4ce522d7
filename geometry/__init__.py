"""dawnring's computing half: numpy arrays, SI units, radians, named frames; no renderer.

The names below load on first use, so that `import geometry` stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_PUBLIC = {
    "Design": "geometry.design",
    "load_design": "geometry.design",
    "build_craft": "geometry.craft",
    "orbit_states": "geometry.orbit",
    "heat_loads": "geometry.radiation",
    "view_factors": "geometry.radiation",
}

__all__ = list(_PUBLIC)
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'geometry' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
