"""The charts: one module each; this folder is their register.

A module here has

* `DESCRIPTION`: one line for lists;
* `draw(result, *, theme="light", ...) -> Chart`: a result of `geometry` as a chart in the house style.

`style` is the house style itself and no chart.
"""

from __future__ import annotations

import ast
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from geometry.validation import check_choice

_FOLDER = Path(__file__).resolve().parent


@cache
def figures() -> dict[str, str]:
    """Names of the charts, each with a line about it; read without importing matplotlib."""
    found = {}
    for file in sorted(_FOLDER.glob("*.py")):
        body = ast.parse(file.read_text(encoding="utf-8")).body
        lines = [
            str(n.value.value)
            for n in body
            if isinstance(n, ast.Assign)
            and isinstance(n.value, ast.Constant)
            and ast.unparse(n.targets[0]) == "DESCRIPTION"
        ]
        if lines and any(isinstance(n, ast.FunctionDef) and n.name == "draw" for n in body):
            found[file.stem] = lines[0]
    return found


def figure(name: str) -> ModuleType:
    """The module of a chart.

    Raises
    ------
    ValueError
        No such chart; the nearest is named.
    """
    check_choice(name, figures(), name="figure")
    return import_module(f"{__name__}.{name}")
