"""HDX's own library, held to one site and to local lists: it reads nothing by itself."""

from __future__ import annotations

import contextlib
import logging
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from geo import __version__
from geo.errors import InputError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

TAGS = ("affected population", "conflict-violence", "geodata", "hazards and risk")
"""Of HDX's approved vocabulary; looked up on the site itself before anything is sent."""

_TIMEOUTS_S = (10.0, 120.0)  # to connect; of silence
_VOCABULARY_ID = "b891512e-9516-4bf5-962a-7a289772a2a1"  # HDX's approved tags ("Topics")
FORMATS = {
    ".csv": "csv",
    ".geojson": "geojson",
    ".gpkg": "geopackage",
    ".kml": "kml",
    ".kmz": "kmz",
    ".pdf": "pdf",
    ".png": "png",
    ".shp": "shp",
    ".tif": "geotiff",
    ".topojson": "topojson",
    ".txt": "txt",
    ".xlsx": "xlsx",
}
"""HDX's word for a format, by the ending of a file's name; a shapefile goes as a zip archive."""

_AGENT = f"civmap/{__version__}"


class Library:
    """HDX's library while it is open: see `open_library`."""

    def make_dataset(self, told: Mapping[str, Any]) -> Any:
        """Return a data set of the library."""
        from hdx.data.dataset import Dataset

        return Dataset(dict(told))

    def make_showcase(self, told: Mapping[str, Any]) -> Any:
        """Return a showcase of the library."""
        from hdx.data.showcase import Showcase

        return Showcase(dict(told))

    def add_file(self, dataset: Any, told: Mapping[str, str], path: Path) -> None:
        """Add a file to a data set: name, format, description."""
        from hdx.data.resource import Resource

        resource = Resource(dict(told))
        resource.set_file_to_upload(str(path))
        resource.set_format(told["format"])
        resource.set_types()
        dataset.add_update_resource(resource)

    def add_tags(self, thing: Any, tags: Sequence[str]) -> None:
        """Add tags to a data set or showcase.

        Raises
        ------
        InputError
            If HDX's vocabulary doesn't hold one of them.
        """
        added, left = thing.add_tags(tags)
        if left or set(added) != set(tags):
            raise InputError(f"HDX's list of topics doesn't hold {', '.join(left)}")

    def check(self, dataset: Any, showcase: Any) -> None:
        """Check all as HDX's library does before it sends anything.

        Raises
        ------
        InputError
            If a field that HDX wants is missing or empty.
        """
        from hdx.data.hdxobject import HDXError

        try:
            dataset.check_required_fields()
            dataset.check_resources_fields(ignore_fields=["resource:package_id"])
            showcase.check_required_fields()
        except HDXError as error:
            raise InputError(f"HDX would not take this: {error}") from error


@contextlib.contextmanager
def open_library(site: str, key: str | None = None) -> Iterator[Library]:
    """Open HDX's library for one site; what it keeps for the whole process is put back after.

    It would fetch its lists of tags, formats and places, and read files in the home folder and the
    environment; it is given them instead. Without a key it writes nothing.

    Raises
    ------
    UnavailableError
        If it is not installed.
    """
    try:
        from hdx.api.configuration import Configuration
        from hdx.data.resource import Resource
        from hdx.data.vocabulary import Vocabulary
    except ModuleNotFoundError as error:
        raise UnavailableError(
            "HDX's library is not installed; run: pip install 'civmap[hdx]'"
        ) from error
    logging.getLogger("hdx").setLevel(logging.CRITICAL)  # what it says, civmap says itself
    own = Configuration(
        full_agent=_AGENT,
        hdx_url=site,
        hdx_key=key,
        hdx_read_only=key is None,
        hdx_config_dict={"hdx_url": site},
    )
    Configuration.delete()
    Configuration.create(own, session=_open_session(site))
    Resource.set_formatsdict({name: name for name in FORMATS.values()})
    Vocabulary.set_tagsdict({tag: {"Action to Take": "ok", "New Tag(s)": tag} for tag in TAGS})
    if key is None:
        local = {"id": _VOCABULARY_ID, "tags": [{"name": tag} for tag in TAGS]}
        Vocabulary._approved_vocabulary = local  # noqa: SLF001 - it has no setter
    try:
        yield Library()
    finally:
        Configuration.read().get_session().close()
        Configuration.delete()
        Resource.set_formatsdict(None)
        Vocabulary.set_tagsdict(None)
        Vocabulary._approved_vocabulary = None  # noqa: SLF001


def _open_session(site: str) -> Any:
    """Return a session that asks one host only, waits so long, and never asks twice."""
    import requests

    session = requests.Session()
    session.trust_env = False  # a .netrc would send other credentials
    session.headers["User-Agent"] = _AGENT
    host = urlsplit(site)
    if host.hostname and not urllib.request.proxy_bypass(host.hostname):
        session.proxies = urllib.request.getproxies()
    plain = session.send

    def send(request: Any, **given: Any) -> Any:
        asked = urlsplit(request.url)
        if (asked.scheme, asked.netloc) != (host.scheme, host.netloc):
            raise UnavailableError(f"HDX's library asked for {asked.netloc}; it was not answered")
        return plain(request, **given | {"timeout": _TIMEOUTS_S})

    session.send = send  # type: ignore[method-assign]
    return session
