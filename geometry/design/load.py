"""Finding, merging and checking a design: file or preset or mesh, then overrides, then the schema."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from geometry.design.convert import CASES, Design, design_from_file
from geometry.design.schema import DesignFile
from geometry.validation import check_choice, unknown_word

MESH_SUFFIXES = (".obj", ".glb", ".stl", ".ply", ".vtp")
_CHOOSERS = {"orbit": "type", "attitude": "law"}
"""Keys whose change makes the rest of their section's defaults meaningless."""

_RIVALS: dict[str, dict[str, tuple[str, ...]]] = {
    "orbit": {
        "repeat_orbits": ("altitude_km",),
        "repeat_days": ("altitude_km",),
        "altitude_km": ("repeat_orbits", "repeat_days"),
    }
}
"""Keys that displace others of the layer below: two ways to say the same thing."""


def presets() -> dict[str, str]:
    """Names of the presets with the first comment line of each."""
    found = {}
    for entry in sorted(_preset_folder().iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            first = entry.read_text(encoding="utf-8").splitlines()[0]
            found[entry.name.removesuffix(".toml")] = first.lstrip("# ")
    return found


def preset_text(name: str) -> str:
    """The commented design file of a preset; ValueError names the nearest."""
    check_choice(name, presets(), name="preset")
    return (_preset_folder() / f"{name}.toml").read_text(encoding="utf-8")


def load_design(
    source: str | Path = "solar_slice", overrides: Iterable[str] = (), case: str = "nominal"
) -> Design:
    """One `Design` from a preset's name, a TOML file or a mesh file.

    Parameters
    ----------
    source : str or Path
        `solar_slice`, `my.toml`, or `plate.obj` (default orbit, uncoated).
    overrides : iterable of str
        `section.key=value`, the value as in TOML (a bare word counts as a string); list entries by
        number: `craft.surface.0.coating=white_paint`.
    case : {"nominal", "hot", "cold"}
        Hot and cold cases replace Sun distance, albedo, infrared; hot ages the coatings.

    Raises
    ------
    ValueError
        No such preset or file, broken TOML, an unknown key (names the nearest), a wrong kind or
        range, with the key.
    """
    check_choice(case, CASES, name="case")
    given, folder = _read(source)
    changes: dict[str, Any] = {}
    for text in overrides:
        _override(changes, text)
    given = _merged(given, changes)
    base = _base(given)
    document = _checked(_merged(base, given))
    return design_from_file(document, case, folder)


def changed_design(design: Design, overrides: Mapping[str, Any]) -> Design:
    """The same design with some keys replaced, checked anew as a file is.

    Parameters
    ----------
    design : Design
    overrides : mapping
        `{"orbit.altitude_km": 600.0}`, values in the units of the keys.

    Raises
    ------
    ValueError
        As `load_design`, with the key.
    """
    changes: dict[str, Any] = {}
    for path, value in overrides.items():
        *sections, key = path.split(".")
        place = changes
        for section in sections:
            place = place.setdefault(section, {})
        place[key] = value
    given = design.document.model_dump(by_alias=True, exclude_unset=True)
    return design_from_file(_checked(_merged(given, changes)), design.case, design.folder)


def _preset_folder() -> Any:
    return resources.files("geometry.data") / "presets"


def _read(source: str | Path) -> tuple[dict[str, Any], Path]:
    path = Path(source)
    if str(source) in presets():
        return tomllib.loads(preset_text(str(source))), Path()
    if path.suffix.lower() in MESH_SUFFIXES:
        if not path.is_file():
            raise ValueError(f"mesh file {str(path)!r} does not exist")
        return {"name": path.stem, "craft": {"type": "mesh", "file": path.name}}, path.parent
    if path.suffix.lower() != ".toml" and not path.is_file():
        raise ValueError(
            f"design {unknown_word(str(source), presets())}; "
            f"give a preset, a .toml file or a mesh ({', '.join(MESH_SUFFIXES)})"
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ValueError(
            f"design file {str(path)!r} does not exist; `dawnring new {path}` writes one"
        ) from None
    except IsADirectoryError:
        raise ValueError(f"{str(path)!r} is a folder, not a design file") from None
    except UnicodeDecodeError:
        raise ValueError(f"{str(path)!r} is not a design file (it is not UTF-8 text)") from None
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: not valid TOML: {error}") from None
    document = _plain(document)
    document.setdefault("name", path.stem)
    return document, path.parent


def _plain(value: Any) -> Any:
    """The same with TOML's own dates as the text that the schema reads."""
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value.isoformat() if isinstance(value, date) else value


def _base(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a file leaves out: `solar_slice`, and over it the preset named like the craft's type."""
    base = tomllib.loads(preset_text("solar_slice"))
    craft = given.get("craft", {})
    kind = craft.get("type") if isinstance(craft, Mapping) else None
    return _merged(base, tomllib.loads(preset_text(kind))) if kind in ("panel_module", "gpu_sheet") else base


def _merged(base: Mapping[str, Any], over: Mapping[str, Any], section: str = "") -> dict[str, Any]:
    chooser = _CHOOSERS.get(section)
    if chooser is not None and chooser in over and over[chooser] != base.get(chooser):
        base = {}
    rivals = {rival for key in over for rival in _RIVALS.get(section, {}).get(key, ())}
    merged = {key: value for key, value in base.items() if key not in rivals}
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            merged[key] = _merged(below, value, key)
        elif isinstance(value, Mapping) and value and all(k.isdigit() for k in value):
            merged[key] = _listed(below if isinstance(below, list) else [], value, key)
        else:
            merged[key] = value
    return merged


def _listed(below: list[Any], over: Mapping[str, Any], key: str) -> list[Any]:
    """Entries of a list replaced by number; one past the end appends."""
    entries = list(below)
    for number, value in sorted(over.items(), key=lambda item: int(item[0])):
        at = int(number)
        if at > len(entries):
            raise ValueError(
                f"{key}.{at}: the list has {len(entries)} entries; the next is {key}.{len(entries)}"
            )
        if at == len(entries):
            entries.append(value)
        elif isinstance(entries[at], Mapping) and isinstance(value, Mapping):
            entries[at] = _merged(entries[at], value)
        else:
            entries[at] = value
    return entries


def _override(changes: dict[str, Any], text: str) -> None:
    path, equals, value = text.partition("=")
    keys = path.strip().split(".")
    if not equals or not all(keys) or len(keys) < 1:
        raise ValueError(f"--set wants section.key=value, got {text!r}")
    try:
        parsed = _plain(tomllib.loads(f"value = {value.strip()}")["value"])
    except tomllib.TOMLDecodeError:
        parsed = value.strip()
    place = changes
    for key in keys[:-1]:
        place = place.setdefault(key, {})
        if not isinstance(place, dict):
            raise ValueError(f"--set {text!r}: {key!r} was already set to a value")
    place[keys[-1]] = parsed


def _checked(document: Mapping[str, Any]) -> DesignFile:
    try:
        return DesignFile.model_validate(document)
    except ValidationError as error:
        raise ValueError(_one_line(error)) from None


def _one_line(error: ValidationError) -> str:
    """The first fault by its key, with the nearest known key where it is unknown."""
    problems = error.errors(include_url=False)
    first = problems[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = _keys_at(first["loc"][:-1])
        message = f"key {unknown_word(str(first['loc'][-1]), known)}"
        where = ".".join(str(part) for part in first["loc"][:-1]) or "design"
    else:
        message = first["msg"].removeprefix("Value error, ")
        shown = repr(first["input"])
        if first["type"] != "value_error" and len(shown) < 60:
            message = f"{message}, got {shown}"
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{where}: {message[0].lower()}{message[1:]}{more}" if where else f"{message}{more}"


def _keys_at(path: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = DesignFile
    for part in path:
        if isinstance(part, int):
            continue
        annotation = model.model_fields[part].annotation
        inner = [
            a for a in (annotation, *get_args(annotation)) if isinstance(a, type) and issubclass(a, BaseModel)
        ]
        if not inner:
            return []
        model = inner[0]
    return [f.alias or name for name, f in model.model_fields.items()]
