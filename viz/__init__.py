"""dawnring's showing half: results -> Scene -> image; the only home of pyvista and vtk.

`viz.render("ring", design, "ring.png")` draws a still, `viz.write_video("ring", design, "ring.mp4")` a film;
`viz.shots()` and `viz.films()` list them; `viz.show(design)` is the viewer in a notebook.  Names load on
first use, so that `import viz` stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_PUBLIC = {
    "render": "viz.render",  # the module, which can be called
    "render_scene": "viz.render",
    "write_video": "viz.video",
    "shots": "viz.pictures",
    "films": "viz.pictures",
    "show": "viz.viewer.notebook",
    "Scene": "viz.scene",
    "Camera": "viz.camera",
}

__all__ = list(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'viz' has no attribute {name!r}")
    module = import_module(_PUBLIC[name])
    return module if module.__name__ == f"viz.{name}" else getattr(module, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
