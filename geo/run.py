"""A finished run, read from its database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.database.store import fetch_records, get_facts, open_run

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
    import geopandas as gpd
    import pandas as pd


class Assessment:
    """A finished run: who may be exposed, where, on which day, how sure.

    Everything is read from the run database, so that no two outputs can disagree.

    Attributes
    ----------
    path
        The run database (`run.duckdb`).
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Return a read-only connection to the run database."""
        return open_run(self.path)

    @property
    def facts(self) -> dict[str, Any]:
        """Facts about the run: `as_of`, `title`, `input`, `headline`, `radii_km`, ..."""
        with self.connect() as con:
            return get_facts(con)

    @property
    def mentions(self) -> pd.DataFrame:
        """Mentions in the text, in their order."""
        return self._table("SELECT * FROM mentions ORDER BY span_start")

    @property
    def events(self) -> gpd.GeoDataFrame:
        """Events as points, EPSG:4326; no geometry for countries and regions."""
        return self._geo(
            "SELECT events.*, places.name, places.country, places.kind AS place_kind, "
            "places.precision_km, places.lon, places.lat FROM events "
            "LEFT JOIN places USING (place_id) ORDER BY event_id"
        )

    @property
    def places(self) -> gpd.GeoDataFrame:
        """Places as points, EPSG:4326; no geometry for countries and regions."""
        return self._geo("SELECT *, kind AS place_kind FROM places ORDER BY place_id")

    @property
    def zones(self) -> gpd.GeoDataFrame:
        """Zones with their exposure, EPSG:4326; a zone without population data has no figures."""
        return self._shapes(
            "SELECT * FROM zones LEFT JOIN exposure USING (zone_id) ORDER BY zones.rowid"
        )

    @property
    def units(self) -> gpd.GeoDataFrame:
        """Administrative units with their people on the day, EPSG:4326."""
        return self._shapes(
            "SELECT admin_units.*, static, low, best, high, displaced, factor, on_land, land_km2, "
            "basis "
            "FROM admin_units LEFT JOIN unit_people USING (pcode) ORDER BY pcode"
        )

    @property
    def exposure(self) -> pd.DataFrame:
        """People exposed by zone: low, best, high, static, in persons."""
        return self._table("SELECT * FROM exposure ORDER BY rowid")

    @property
    def exposure_admin(self) -> pd.DataFrame:
        """People exposed by zone and administrative unit; rows add up to the zone."""
        return self._table("SELECT * FROM exposure_admin ORDER BY rowid")

    @property
    def series(self) -> pd.DataFrame:
        """People exposed by zone and day, in persons; no rows where the run has no series."""
        return self._table("SELECT * FROM series ORDER BY zone_id, as_of")

    @property
    def series_units(self) -> pd.DataFrame:
        """People by administrative unit and day, in persons; no rows as in `series`."""
        return self._table("SELECT * FROM series_units ORDER BY pcode, as_of")

    @property
    def scenario(self) -> pd.DataFrame:
        """People exposed by zone if people moved as supposed; empty where nothing is supposed."""
        return self._table("SELECT * FROM scenario ORDER BY rowid")

    @property
    def exposure_sources(self) -> pd.DataFrame:
        """Static people by zone and population source, the main one too; no rows where it is alone.

        `static` is missing where a source has no data for a zone.
        """
        return self._table(
            "SELECT exposure_sources.* FROM exposure_sources JOIN zones USING (zone_id) "
            "ORDER BY zones.rowid, exposure_sources.rowid"
        )

    @property
    def people_groups(self) -> pd.DataFrame:
        """Who the people of each zone are: low, best, high of each group, with its share's source.

        Figures are missing where a group is unknown.
        """
        return self._table("SELECT * FROM people_groups ORDER BY rowid")

    @property
    def needs(self) -> pd.DataFrame:
        """What the people of each zone need a day, at the least: low, best, high, in `unit`."""
        return self._table("SELECT * FROM needs ORDER BY rowid")

    @property
    def zone_facilities(self) -> pd.DataFrame:
        """Facilities within each zone by kind; a kind without a row is not known there."""
        return self._table("SELECT * FROM zone_facilities ORDER BY rowid")

    @property
    def sources(self) -> pd.DataFrame:
        """What went into the run, with licences and dates."""
        return self._table("SELECT * FROM sources ORDER BY source_id")

    @property
    def cautions(self) -> pd.DataFrame:
        """What a reader of the figures must know."""
        return self._table("SELECT * FROM cautions ORDER BY rowid")

    def __repr__(self) -> str:
        return f"<civmap Assessment: {self.facts['headline']['text']}>"

    def _table(self, statement: str) -> pd.DataFrame:
        import pandas as pd

        with self.connect() as con:
            rows = fetch_records(con, statement)
            return pd.DataFrame(rows, columns=[c[0] for c in con.execute(statement).description])

    def _geo(self, statement: str) -> gpd.GeoDataFrame:
        import geopandas as gpd

        table = self._table(statement)
        points = gpd.GeoSeries(gpd.points_from_xy(table["lon"], table["lat"]), index=table.index)
        shapeless = table["place_kind"].isin(["country", "region"]) | table["lon"].isna()
        return gpd.GeoDataFrame(table, geometry=points.mask(shapeless), crs="EPSG:4326")

    def _shapes(self, statement: str) -> gpd.GeoDataFrame:
        import geopandas as gpd

        table = self._table(statement)
        shapes = gpd.GeoSeries.from_wkb(table.pop("geometry"))
        return gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326")
