"""No text reaches a page but through `maps/escape.py`: a lint of our own sources."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

MAPS = Path(__file__).parents[2] / "maps"
SOURCES = sorted(
    path for path in MAPS.rglob("*.py") if not {"_assets", "publish"} & set(path.parts)
)
SCRIPTS = sorted((MAPS / "web").glob("*.js"))
TEMPLATES = sorted((MAPS / "web").glob("*.html"))

# Names that put text into HTML or script by ways of their own.
FORBIDDEN_NAMES = {
    "Choropleth",
    "CustomIcon",
    "DivIcon",
    "GeoJson",
    "GeoJsonPopup",
    "GeoJsonTooltip",
    "Icon",
    "JsCode",
    "LayerControl",
    "Marker",
    "Popup",
    "Tooltip",
    "TopoJson",
    "IFrame",
    "VegaLite",
}
HTML_MAKERS = {"escape.py", "document.py"}  # `Html(...)`: ours, and what branca has rendered
MARKUP = re.compile(r"<[A-Za-z/!][^<]*>?|on\w+=|javascript:")
# Looks like markup and is not: a name for Python's prompt, and an error's message.
PLAIN = {"<RiskMap of ", " holds '</script' or '<!--' and can't stand inside a page"}
SCRIPT_WAYS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|"
    r"\beval\b|new Function|setTimeout\(\s*['\"]|DOMParser|srcdoc|javascript:|bindTooltip|"
    r"addAttribution"
)
POPUP = re.compile(r"\(\) => (civmap\.)?makePopup\(")
TEMPLATE_WAYS = re.compile(r"\|\s*safe\b|autoescape|Markup|<script|\son\w+\s*=|style=")


def find_ways_in(name: str, source: str) -> list[str]:
    """Return what a Python module does that puts text into HTML past the escape function."""
    nodes = list(ast.walk(ast.parse(source)))
    found = [] if name == "escape.py" else [way for node in nodes for way in find_imports(node)]
    found += [way for node in nodes for way in find_folium_ways(node)]
    if name not in HTML_MAKERS:
        found += [way for node in nodes for way in find_markup(node)]
    return found + [way for node in nodes for way in find_calls(node, name)]


def find_markup(node: ast.AST) -> list[str]:
    """Return markup that values are written into by an f-string, `format`, `join`, `%` or `+`."""
    template: ast.AST | None = None
    if isinstance(node, ast.JoinedStr):
        template = node
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        template = node.func.value if node.func.attr in ("format", "format_map", "join") else None
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        template = node.left
    parts = [] if template is None else list(ast.walk(template))
    texts = [part.value for part in parts if isinstance(part, ast.Constant)]
    return [
        f"writes into {text!r}" for text in texts if MARKUP.search(str(text)) and text not in PLAIN
    ]


def find_imports(node: ast.AST) -> list[str]:
    names = {alias.name for alias in getattr(node, "names", []) if isinstance(alias, ast.alias)}
    modules = {node.module} if isinstance(node, ast.ImportFrom) else names
    if modules & {"html", "markupsafe"} or "Markup" in names:
        return [f"imports {sorted(names)}"]
    return []


def find_folium_ways(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("folium"):
        return [f"imports {alias.name}" for alias in node.names if alias.name in FORBIDDEN_NAMES]
    if isinstance(node, ast.Attribute) and "folium" in ast.unparse(node.value):
        return [f"uses {node.attr}"] if node.attr in FORBIDDEN_NAMES else []
    return []


def find_calls(node: ast.AST, name: str) -> list[str]:
    if not isinstance(node, ast.Call) or not node.args:
        return []
    called, first = ast.unparse(node.func).rpartition(".")[2], node.args[0]
    if called in ("Html", "Markup") and name not in HTML_MAKERS:
        return [f"makes {called} of {ast.unparse(first)}"]
    compiles = called in ("Template", "Element", "from_string")
    if compiles and not isinstance(first, ast.Constant):
        return [f"compiles a template from {ast.unparse(first)}"]
    return []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(MAPS)))
def test_module_has_no_other_way_in(path):
    assert find_ways_in(path.name, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_script_shows_text_through_text_content_only(path):
    text = path.read_text(encoding="utf-8")
    assert SCRIPT_WAYS.findall(text) == []
    # what divIcon, bindPopup and setContent take would be HTML if it were text
    assert all(value in ("svg", "makeText") for value in re.findall(r"\bhtml:\s*(\w+)", text))
    assert all(POPUP.match(text, at.end()) for at in re.finditer(r"bindPopup\(", text))
    contents = re.findall(r"setContent\((.{11})", text)
    assert set(contents) <= {"tell(found)"}  # a node that `tell` makes with `makePopup`


def test_scripts_bind_popups():
    # else the test above would look for nothing
    texts = {path.name: path.read_text(encoding="utf-8") for path in SCRIPTS}
    assert {name for name, text in texts.items() if "bindPopup(" in text} == {
        "civmap.js",
        "days.js",
    }


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_template_leaves_escaping_to_the_environment(path):
    assert TEMPLATE_WAYS.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import html",
        "from html import escape",
        "from markupsafe import Markup",
        "import folium\nfolium.Popup('x')",
        "from folium import GeoJsonTooltip",
        "import folium\nfolium.features.DivIcon(html=x)",
        "Html(f'<b>{name}</b>')",
        "Template('<p>' + name)",
        "Element(note)",
        "f'<b>{name}</b>'",
        "'<td>{}</td>'.format(name)",
        "'<td>%s</td>' % name",
        "'<p>' + name",
        "'<br>'.join(names)",
    ],
)
def test_lint_sees_a_way_in(source):
    assert find_ways_in("layer.py", source)


@pytest.mark.parametrize(
    "source", ["box.innerHTML = note", "document.write(x)", "eval(x)", "layer.bindTooltip(name)"]
)
def test_lint_sees_a_way_in_by_script(source):
    assert SCRIPT_WAYS.search(source)
