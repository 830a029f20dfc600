"""Third-party files of the page, read from the package and put into it; nothing is fetched.

branca renders a library as a link to some host. Here each link is replaced by the packaged file
before the page is rendered. A link that we know no file for is an error, never a request.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import UnavailableError

if TYPE_CHECKING:
    from branca.element import Element

_ASSETS = Path(__file__).resolve().parent / "_assets"
_WEB = Path(__file__).resolve().parent / "web"

# What folium links to, by the end of the address: the packaged file, or None where nothing on
# our pages needs it (jQuery, bootstrap and the icon fonts serve folium.Icon and folium.Popup).
_KNOWN_LINKS = {
    "/leaflet.js": "leaflet/leaflet.js",
    "/leaflet.css": "leaflet/leaflet.css",
    "/jquery-3.7.1.min.js": None,
    "/bootstrap.bundle.min.js": None,
    "/bootstrap.min.css": None,
    "/bootstrap-glyphicons.css": None,
    "/all.min.css": None,
    "/leaflet.awesome-markers.js": None,
    "/leaflet.awesome-markers.css": None,
    "/leaflet.awesome.rotate.min.css": None,
}
_MEDIA_TYPES = {".png": "image/png", ".svg": "image/svg+xml", ".gif": "image/gif"}
_CSS_URL = re.compile(r"""url\(\s*(['"]?)([^'")]*)\1\s*\)""")
_SOURCE_MAP = re.compile(r"^\s*(?://[#@]|/\*[#@])\s*sourceMappingURL=.*$", re.MULTILINE)
_DEFAULT_ICON = {
    "iconUrl": "marker-icon.png",
    "iconRetinaUrl": "marker-icon-2x.png",
    "shadowUrl": "marker-shadow.png",
}


def inline_links(header: Element) -> None:
    """Replace the links to scripts and style sheets in a page's header by their contents.

    Raises
    ------
    UnavailableError
        If a link leads to something that is not packaged; the message names the address.
    """
    from branca.element import CssLink, JavascriptLink

    for name, child in list(header._children.items()):  # noqa: SLF001 (branca has no public way)
        if isinstance(child, JavascriptLink | CssLink):
            packaged = _find_packaged(child.url)
            if packaged is None:
                del header._children[name]  # noqa: SLF001
                continue
            kind = "script" if isinstance(child, JavascriptLink) else "style"
            header.add_child(_make_inline(kind, read_asset(packaged)), name=name)


def read_asset(name: str) -> str:
    """Return a packaged script or style sheet that needs no other file.

    Parameters
    ----------
    name
        Path below the assets, such as `leaflet/leaflet.js`.

    Raises
    ------
    UnavailableError
        If the file is missing, or it refers to one that is.
    """
    path = _find_asset(name)
    text = _SOURCE_MAP.sub("", path.read_text(encoding="utf-8")).strip()
    if path.suffix == ".css":
        return _CSS_URL.sub(lambda found: _inline_url(found, name), text)
    if name == "leaflet/leaflet.js":
        text += _default_icon_script()
    return _check_script(text, name)


def read_web_file(name: str) -> str:
    """Return a script or style sheet of our own."""
    text = (_WEB / name).read_text(encoding="utf-8").strip()
    return _check_script(text, name) if name.endswith(".js") else text


def make_data_uri(name: str) -> str:
    """Return a packaged picture as a `data:` address."""
    path = _find_asset(name)
    content = base64.b64encode(path.read_bytes()).decode("ascii")
    return f"data:{_MEDIA_TYPES[path.suffix]};base64,{content}"


def _find_packaged(url: str) -> str | None:
    for ending, name in _KNOWN_LINKS.items():
        if url.endswith(ending):
            return name
    raise UnavailableError(
        f"the map would load {url!r} from the network; expected packaged files only. "
        "Leave out the folium element that asks for it, or draw it with maps.layers."
    )


def _find_asset(name: str) -> Path:
    path = _ASSETS / name
    if not path.is_file():
        raise UnavailableError(
            f"packaged file {name!r} is missing from {_ASSETS}; reinstall civmap, "
            "or run `make` in the checkout"
        )
    return path


def _inline_url(found: re.Match[str], name: str) -> str:
    url = found[2].strip()
    if url.startswith(("#", "data:")):  # a fragment of the page itself, or inline already
        return found[0]
    if re.match(r"[a-z][a-z0-9+.-]*:|//", url, re.IGNORECASE):
        raise UnavailableError(f"{name} refers to {url!r}; expected packaged files only")
    return f'url("{make_data_uri(f"{Path(name).parent.as_posix()}/{url}")}")'


def _default_icon_script() -> str:
    # Leaflet guesses the folder of its icon from the style sheet, which has no folder here
    images = ",".join(
        f'{option}:"{make_data_uri(f"leaflet/images/{file}")}"'
        for option, file in _DEFAULT_ICON.items()
    )
    return f'\nL.Icon.Default.imagePath="";L.Icon.Default.mergeOptions({{{images}}});'


def _check_script(text: str, name: str) -> str:
    if re.search(r"</script|<!--", text, re.IGNORECASE):
        raise UnavailableError(f"{name} holds '</script' or '<!--' and can't stand inside a page")
    return text


def _make_inline(kind: str, content: str) -> Element:
    """Return an element whose content is a value, never compiled as a template."""
    from branca.element import Element
    from folium.template import Template

    element = Element()
    template = Template("<{{ kind }}>{{ content }}</{{ kind }}>")
    template.globals.update(kind=kind, content=content)
    element._template = template  # noqa: SLF001 (branca has no public way)
    return element
