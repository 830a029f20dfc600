"""Natural Earth: states and provinces at 1:10 million, public domain."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from geo.archives import extract_members, list_members
from geo.boundaries.sources.shapefile import write_parquet
from geo.catalogue import derive, fetch_offer
from geo.errors import UnavailableError
from geo.offers import Offer

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd

    from geo.offers import Area
    from geo.wanted import Fetched, Way

_HOSTS = frozenset({"naturalearth.s3.amazonaws.com"})
_URL = "https://naturalearth.s3.amazonaws.com/10m_cultural/ne_10m_admin_1_states_provinces.zip"
_COLUMNS = ("iso_a2", "adm1_code", "name")
_COARSE = (
    "drawn for maps of the world: edges are off by kilometres; too coarse for figures of towns"
)
_VIEW = "shows who holds an area (de facto), which may differ from what the United Nations draw"
_OWN_CODES = "its codes are its own, not OCHA's P-codes"


class NaturalEarth:
    """Natural Earth's provinces; see `geo.offers.DataSource`."""

    name = "natural-earth"
    parts = ("boundaries",)
    about = "provinces of all countries, coarse, public domain"
    hosts = _HOSTS
    by_country = True

    def find(self, area: Area, day: date, way: Way) -> list[Offer]:
        """Return one offer: it has all countries in one file, and no catalogue."""
        del day, way
        return [
            Offer(
                source=self.name,
                offer_id="10m:1",
                part="boundaries",
                area=area.iso3,
                title=f"Natural Earth 1:10 million, states and provinces, {area.name}",
                url=_URL,
                licence="public domain",
                attribution="Made with Natural Earth",
                vintage=None,
                level=1,
                traps=(_COARSE, _VIEW, _OWN_CODES),
                details={"iso2": area.iso2, "points": 2.0, "reason": "coarse outlines"},
            )
        ]

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return GeoParquet with columns `pcode`, `name`, `admin_level`, `country`."""
        fetched = fetch_offer(offer, "zip", _HOSTS, way, fresh_days=365, limit_bytes=100_000_000)
        iso2 = str(offer.details["iso2"])
        ends = (".shp", ".shx", ".dbf", ".prj", ".cpg")
        names = [name for name in list_members(fetched.path) if name.lower().endswith(ends)]
        if sum(name.lower().endswith(".shp") for name in names) != 1:
            raise UnavailableError("natural-earth: the archive does not hold one shapefile")

        def choose(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
            missing = [name for name in _COLUMNS if name not in frame.columns]
            if missing:
                raise UnavailableError(
                    f"natural-earth: its file was changed: no column {', '.join(missing)}"
                )
            here = frame[frame["iso_a2"] == iso2]
            if here.empty:
                raise UnavailableError(f"natural-earth has no provinces of {offer.area}")
            named = here[["adm1_code", "name", "iso_a2", "geometry"]].set_axis(
                ["pcode", "name", "country", "geometry"], axis=1
            )
            return named.assign(admin_level=1).sort_values("pcode").set_geometry("geometry")

        def write(target: Path) -> None:
            with tempfile.TemporaryDirectory() as folder:
                parts = extract_members(fetched.path, names, Path(folder))
                shape = next(part for part in parts if part.suffix.lower() == ".shp")
                write_parquet(shape, target, choose)

        return derive(fetched, f"ne_10m_admin_1_{iso2}.parquet", write)
