"""GeoPackage: all layers in one file that opens styled, with its marking and sources."""

from __future__ import annotations

import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from geo.errors import UnavailableError
from maps.escape import clean_text
from maps.publish.layers import stream_layers
from maps.publish.release import read_release
from maps.publish.styles.classes import STYLE_NAMES
from maps.publish.styles.qml import write_qml
from maps.publish.styles.sld import write_sld

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from geo.run import Assessment
    from maps.publish.layers import Layer
    from maps.publish.release import Release

_STYLES = """
    CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, f_table_catalog TEXT, f_table_schema TEXT,
        f_table_name TEXT, f_geometry_column TEXT, styleName TEXT, styleQML TEXT, styleSLD TEXT,
        useAsDefault BOOLEAN, description TEXT, owner TEXT, ui TEXT, update_time DATETIME);
    CREATE TABLE gpkg_metadata (id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL,
        md_scope TEXT NOT NULL DEFAULT 'dataset', md_standard_uri TEXT NOT NULL,
        mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '');
    CREATE TABLE gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT,
        column_name TEXT, row_id_value INTEGER, timestamp DATETIME NOT NULL,
        md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
        CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
        CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id));
"""
_QGIS_METADATA = "http://mrcc.com/qgis.dtd"
_EXTENSION = "http://www.geopackage.org/spec120/#extension_metadata"


def write_geopackage(release: Release, folder: Path) -> None:
    """Write all layers of a release into one GeoPackage: see `write_layers`."""
    write_layers(release, release.layers, folder / release.name_file("layers", "gpkg"))


def write_run_layers(run: Assessment, path: Path) -> None:
    """Write layers.gpkg of a run folder: the same file; very many events some at a time."""
    write_layers(read_release(run, layers=()), stream_layers(run), path)


def write_layers(release: Release, layers: Iterable[Layer], path: Path) -> None:
    """Write layers, EPSG:4326, each with a default style (QML and SLD) and its metadata.

    QGIS opens them styled and shows the marking, the sources and their licences as the layer's
    properties. Several layers of one name are parts of one.

    Raises
    ------
    UnavailableError
        If the file can't be written.
    """
    import pyogrio

    now = f"{release.as_of}T00:00:00.000Z"
    titles: dict[str, str] = {}
    try:
        with _set_clock(now):
            for layer in layers:
                _write_layer(layer, path, release.marking, append=layer.name in titles)
                titles[layer.name] = layer.title
        with closing(sqlite3.connect(path)) as con, con:
            con.executescript(_STYLES)
            _register_tables(con, now)
            _insert_styles(con, titles, now)
            _insert_metadata(con, release, titles, now)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, sqlite3.Error) as error:
        raise UnavailableError(f"{path.name} can't be written: {error}") from error


@contextmanager
def _set_clock(now: str) -> Iterator[None]:
    """Let GDAL note a time as the one of writing: the day of the figures, for the same bytes."""
    import pyogrio

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": now})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _write_layer(layer: Layer, path: Path, marking: str, *, append: bool) -> None:
    import pyogrio

    options = {} if append else {"IDENTIFIER": layer.title, "DESCRIPTION": marking}
    pyogrio.write_dataframe(
        layer.table,
        path,
        layer=layer.name,
        driver="GPKG",
        geometry_type=layer.geometry_type,
        promote_to_multi=layer.geometry_type == "MultiPolygon",
        append=append,
        VERSION="1.3",  # that QGIS reads on systems of some years ago
        **options,
    )


def _register_tables(con: sqlite3.Connection, now: str) -> None:
    con.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles', ?)",
        [now],
    )
    con.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_metadata', ?, 'read-write')",
        [(table, _EXTENSION) for table in ("gpkg_metadata", "gpkg_metadata_reference")],
    )


def _insert_styles(con: sqlite3.Connection, layers: Iterable[str], now: str) -> None:
    con.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
        "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, "
        "update_time) VALUES ('', '', ?, 'geom', ?, ?, ?, 1, 'civmap', '', ?)",
        [
            (layer, STYLE_NAMES[layer], write_qml(layer), write_sld(layer), now)
            for layer in layers
            if layer in STYLE_NAMES
        ],
    )


def _insert_metadata(
    con: sqlite3.Connection, release: Release, titles: dict[str, str], now: str
) -> None:
    """Insert what QGIS shows of each layer, and the same for the whole file."""
    tables = [("geopackage", None, release.title), *(("table", *each) for each in titles.items())]
    for number, (scope, table, title) in enumerate(tables, start=1):
        con.execute(
            "INSERT INTO gpkg_metadata VALUES (?, 'dataset', ?, 'text/xml', ?)",
            [number, _QGIS_METADATA, describe_layer(release, title)],
        )
        con.execute(
            "INSERT INTO gpkg_metadata_reference VALUES (?, ?, NULL, NULL, ?, ?, NULL)",
            [scope, table, now, number],
        )


def describe_layer(release: Release, title: str) -> str:
    """Return the metadata of a layer as QGIS reads it (its own XML)."""
    root = ET.Element("qgis", version="3.22")
    lines = [release.headline, release.marking, *(row["text"] for row in release.cautions)]
    for tag, text in (
        ("identifier", release.number),
        ("language", "ENG"),
        ("type", "dataset"),
        ("title", title),
        ("abstract", "\n\n".join(clean_text(line) for line in lines)),
    ):
        ET.SubElement(root, tag).text = text
    ET.SubElement(root, "constraints", type="use").text = release.marking
    for source in release.sources:
        licence = f"{source['name']}: {source['licence']}"
        ET.SubElement(root, "license").text = clean_text(licence)
    for source in release.sources:
        told = (source["name"], source["date"], source["attribution"], source["url"])
        line = ", ".join(str(each) for each in told if each)
        ET.SubElement(root, "history").text = clean_text(f"From {line}")
    return ET.tostring(root, encoding="unicode")
