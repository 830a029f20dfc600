from __future__ import annotations

import re

import pytest
from branca.element import CssLink, Element, Figure, JavascriptLink

from geo.errors import UnavailableError
from maps import assets


@pytest.fixture
def other_assets(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "_ASSETS", tmp_path)
    return tmp_path


def test_leaflet_needs_no_other_file():
    script = assets.read_asset("leaflet/leaflet.js")
    style = assets.read_asset("leaflet/leaflet.css")
    assert "sourceMappingURL" not in script + style
    assert re.findall(r"url\((?![\"']?(?:data:|#))[^)]*", style) == []
    assert style.count('url("data:image/png;base64,') == 3


def test_default_icon_is_inline():
    script = assets.read_asset("leaflet/leaflet.js")
    assert script.count("data:image/png;base64,") == 3
    assert 'L.Icon.Default.imagePath=""' in script


def test_links_become_inline_elements():
    header = Figure().header
    header.add_child(JavascriptLink("https://cdn.example/leaflet@1.9.3/dist/leaflet.js"), name="l")
    header.add_child(CssLink("https://cdn.example/leaflet@1.9.3/dist/leaflet.css"), name="c")
    header.add_child(JavascriptLink("https://code.example/jquery-3.7.1.min.js"), name="j")
    assets.inline_links(header)
    rendered = header.render()
    assert "https://cdn.example" not in rendered
    assert "jquery" not in rendered.lower()
    assert rendered.count("<script>") == 1
    assert rendered.count("<style>") == 1


def test_inlined_code_is_never_compiled_as_a_template(other_assets):
    (other_assets / "leaflet").mkdir()
    (other_assets / "leaflet" / "leaflet.css").write_text("/* {{ 7*7 }} {% raw %} {# */")
    header = Element()
    header.add_child(CssLink("https://cdn.example/leaflet.css"))
    assets.inline_links(header)
    assert "/* {{ 7*7 }} {% raw %} {# */" in header.render()


@pytest.mark.parametrize("link", [JavascriptLink, CssLink])
def test_unknown_link_is_an_error_that_names_it(link):
    header = Element()
    header.add_child(link("https://cdn.example/plugin.js"))
    with pytest.raises(UnavailableError, match=r"https://cdn\.example/plugin\.js"):
        assets.inline_links(header)


@pytest.mark.parametrize(
    "url", ["https://fonts.example/a.woff", "//fonts.example/a.woff", "HTTP://x.example/a.png"]
)
def test_remote_address_in_a_style_sheet_is_an_error(other_assets, url):
    (other_assets / "plugin.css").write_text(f"a{{background:url({url})}}")
    with pytest.raises(UnavailableError, match=re.escape(repr(url))):
        assets.read_asset("plugin.css")


@pytest.mark.usefixtures("other_assets")
def test_missing_asset_is_an_error_that_says_what_to_do():
    with pytest.raises(UnavailableError, match=r"leaflet\.js.*reinstall civmap"):
        assets.read_asset("leaflet/leaflet.js")


def test_script_that_would_end_its_own_block_is_an_error(other_assets):
    (other_assets / "plugin.js").write_text("var a = '</SCRIPT>';")
    with pytest.raises(UnavailableError, match=r"plugin\.js"):
        assets.read_asset("plugin.js")


def test_source_maps_are_stripped(other_assets):
    (other_assets / "a.js").write_text("var a = 1;\n//# sourceMappingURL=a.js.map\n")
    assert assets.read_asset("a.js") == "var a = 1;"
