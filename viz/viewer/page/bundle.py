"""One script from many modules, one page from its parts; nothing in it is fetched.

The sources stay ordinary ES modules in the folder `sources`, with three.js as they come from npm in
`assets`.  Put into a page they become one inline script, which a content security policy can name by its
hash, and which every browser runs from a file: modules that import each other do not open from `file://`.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Mapping
from pathlib import Path

from viz.assets import asset

SOURCES = Path(__file__).resolve().parent / "sources"
ENTRY = "main"

_IMPORT = re.compile(r'^import (\*[^;"]*|\{[^}]*\}) from "([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class) (\w+))", re.MULTILINE)
_RENAMED = re.compile(r"^(\S+) as (\S+)$")
_CORE_FROM = re.compile(r'^import\{([^}]*)\}from"\./three\.core\.min\.js";', re.MULTILINE)
_CORE_AGAIN = re.compile(r'export\{[^}]*\}from"\./three\.core\.min\.js";')
_CITED = "https://jcgt.org/"  # a paper, named in a comment of a shader; a page holds no address
_LAST_EXPORT = re.compile(r"export\{([^}]*)\};\s*$")


def script() -> str:
    """three.js and the page's own modules, in the order in which they need each other."""
    return "const modules = {};\n" + "".join(_modules())


def _modules() -> list[str]:
    """Each module as a function called once, after those that it imports; its exports stay in `modules`.

    As with ES modules, what is imported first runs first: three.js only where it is first needed.
    """
    ordered: dict[str, str] = {}
    open_names: list[str] = []

    def add(name: str) -> None:
        if name in ordered:
            return
        if name in open_names:
            raise ValueError(f"modules import each other in a circle: {' -> '.join([*open_names, name])}")
        if name == "three":
            ordered[name] = f"modules.three = {three()};\n"
            return
        open_names.append(name)
        text = (SOURCES / f"{name}.js").read_text(encoding="utf-8")
        for _, needed in _IMPORT.findall(text):
            add(_module_name(needed))
        open_names.pop()
        exported = ", ".join(_EXPORT.findall(text))
        body = _EXPORT.sub("", _IMPORT.sub(_taken, text))
        ordered[name] = f"\nmodules.{name} = (() => {{\n{body}return {{ {exported} }};\n}})();\n"

    add(ENTRY)
    return list(ordered.values())


def _module_name(address: str) -> str:
    """`./orbit.js` as `orbit`."""
    return address.removeprefix("./").removesuffix(".js")


def _taken(line: re.Match[str]) -> str:
    """An `import` as a constant."""
    names, source = line[1], f"modules.{_module_name(line[2])}"
    if names.startswith("*"):
        return f"const {names.split()[-1]} = {source};\n"
    return f"const {names.replace(' as ', ': ')} = {source};\n"


def three() -> str:
    """three.js as one expression: its two files, their `import` and `export` lines made into an object."""
    core = asset("three.core.min.js").read_text(encoding="utf-8")
    module = asset("three.module.min.js").read_text(encoding="utf-8")
    taken = _CORE_FROM.search(module)
    if taken is None or not _LAST_EXPORT.search(core) or not _LAST_EXPORT.search(module):
        raise ValueError(
            "assets/three.*.min.js are not the files of three.js 0.183; take them from npm again"
        )
    body = _CORE_AGAIN.sub("", _CORE_FROM.sub("", module)).replace(_CITED, _CITED.partition("://")[2])
    wanted = ",".join(_pair(p) for p in taken.group(1).split(","))
    return (
        "(() => {\nconst core = (() => {\n"
        + _LAST_EXPORT.sub(_returned, core)
        + "\n})();\nconst module = (() => {\n"
        + f"const {{{wanted}}} = core;\n"
        + _LAST_EXPORT.sub(_returned, body)
        + "\n})();\nreturn { ...core, ...module };\n})()"
    )


def _pair(part: str) -> str:
    """`A as b` of an import as `A: b` of a pattern."""
    renamed = _RENAMED.match(part.strip())
    return f"{renamed[1]}:{renamed[2]}" if renamed else part.strip()


def _returned(exports: re.Match[str]) -> str:
    """`export{a as A}` as `return {A: a}`."""
    pairs = []
    for part in exports.group(1).split(","):
        renamed = _RENAMED.match(part.strip())
        pairs.append(f"{renamed[2]}:{renamed[1]}" if renamed else part.strip())
    return f"return {{{','.join(pairs)}}};"


def notices() -> str:
    """Licences of what a page carries, as text; addresses are written without their scheme."""
    folder = asset("three.core.min.js").parent
    texts = [(folder / name).read_text(encoding="utf-8") for name in ("ATTRIBUTION.md", "three.LICENSE.txt")]
    return re.sub(r"https?://", "", "\n\n".join(texts))


def page(title: str, style: str, code: str, data: Mapping[str, str]) -> str:
    """The whole page.

    Parameters
    ----------
    title : str
    style, code : str
        The one style sheet and the one script.
    data : mapping of str to str
        JSON texts by the id of the element that holds each.
    """
    for name, text in {"style": style, "code": code}.items():
        if re.search(r"</(script|style)", text, re.IGNORECASE):
            raise ValueError(f"{name} must not hold an end tag of its own element")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hash(code)}",
            f"style-src {_hash(style)}",
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    blocks = "\n".join(
        f'<script type="application/json" id="{name}">{_inert(text)}</script>' for name, text in data.items()
    )
    parts = {
        "policy": html.escape(policy, quote=True).replace("&#x27;", "'"),
        "title": html.escape(title),
        "style": style,
        "data": blocks,
        "script": code,
        "notices": html.escape(notices()),
    }
    template = (SOURCES / "page.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda m: parts[m[1]], template)


def _inert(json_text: str) -> str:
    """JSON that cannot end the element that holds it."""
    return json_text.replace("</", "<\\/")


def _hash(text: str) -> str:
    """How a content security policy names an inline element."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
