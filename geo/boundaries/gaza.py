"""The Gaza Strip's governorates: their outlines, written once to `data/boundaries`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.types import Source

if TYPE_CHECKING:
    from pathlib import Path

OUTLINES_FILE = "boundaries/gaza_governorates.geojson"

OUTLINES_SOURCE = Source(
    source_id="cod-ab-pse",
    name="OCHA COD-AB State of Palestine v01, governorates of the Gaza Strip, generalised",
    licence="CC BY-IGO",
    date="2023-10-19",
    url="https://data.humdata.org/dataset/cod-ab-pse",
    attribution="Governorate outlines generalised from OCHA COD-AB (CC BY-IGO)",
    note="Generalised to about 250 m; not an official boundary.",
)


@dataclass(frozen=True, slots=True)
class Governorate:
    """A governorate as its outline is written.

    `published_area_km2` is that of the exact outline; `ring` holds its generalised vertices,
    `lon lat` in EPSG:4326, clockwise, not closed. Neighbours share their vertices.
    """

    pcode: str
    name: str
    name_ar: str
    other_names: tuple[str, ...]
    published_area_km2: float
    ring: str

    def vertices(self) -> list[tuple[float, float]]:
        """Return the closed ring, counter-clockwise (RFC 7946), from its first vertex."""
        points = [pair.split() for pair in self.ring.split(",")]
        ring = [(float(lon), float(lat)) for lon, lat in points]
        return [ring[0], *reversed(ring[1:]), ring[0]]


STRIP_PCODE = "PS02"

GOVERNORATES = (
    Governorate(
        "PS0255",
        "North Gaza",
        "شمال غزة",
        ("Gaza North", "Shamal Ghazzah", "Northern Gaza"),
        61.15,
        """
        34.4672 31.5631, 34.4915 31.5949, 34.4936 31.5940, 34.5248 31.5722, 34.5532 31.5513,
        34.5676 31.5415, 34.5659 31.5328, 34.5556 31.5227, 34.5551 31.5184, 34.5474 31.5127,
        34.5317 31.5068, 34.5246 31.5025, 34.5111 31.4994, 34.5077 31.5071, 34.5009 31.5084,
        34.5025 31.5160, 34.5060 31.5188, 34.4964 31.5198, 34.4945 31.5142, 34.4911 31.5198,
        34.4855 31.5167, 34.4749 31.5212, 34.4695 31.5268, 34.4761 31.5287, 34.4743 31.5320,
        34.4620 31.5413, 34.4533 31.5464
        """,
    ),
    Governorate(
        "PS0260",
        "Gaza",
        "غزة",
        ("Gaza City", "Ghazzah", "Ghaza"),
        73.86,
        """
        34.4620 31.5413, 34.4743 31.5320, 34.4761 31.5287, 34.4695 31.5268, 34.4749 31.5212,
        34.4855 31.5167, 34.4911 31.5198, 34.4945 31.5142, 34.4964 31.5198, 34.5060 31.5188,
        34.5025 31.5160, 34.5009 31.5084, 34.5077 31.5071, 34.5111 31.4994, 34.4938 31.4866,
        34.4857 31.4798, 34.4796 31.4784, 34.4659 31.4617, 34.4556 31.4529, 34.4465 31.4438,
        34.4378 31.4404, 34.4325 31.4326, 34.4263 31.4268, 34.4265 31.4287, 34.4164 31.4314,
        34.4180 31.4336, 34.4162 31.4413, 34.4097 31.4508, 34.4142 31.4554, 34.4103 31.4588,
        34.3998 31.4613, 34.3985 31.4654, 34.3924 31.4665, 34.3841 31.4643, 34.3773 31.4658,
        34.4011 31.4907, 34.4182 31.5076, 34.4303 31.5224, 34.4322 31.5239, 34.4533 31.5464
        """,
    ),
    Governorate(
        "PS0265",
        "Deir Al-Balah",
        "دير البلح",
        ("Deir el-Balah", "Dayr al-Balah", "Deir el Balah", "Middle Area"),
        58.39,
        """
        34.3841 31.4643, 34.3924 31.4665, 34.3985 31.4654, 34.3998 31.4613, 34.4103 31.4588,
        34.4142 31.4554, 34.4097 31.4508, 34.4162 31.4413, 34.4180 31.4336, 34.4164 31.4314,
        34.4265 31.4287, 34.4263 31.4268, 34.4141 31.4186, 34.4071 31.4125, 34.4022 31.4110,
        34.3957 31.4046, 34.3936 31.4005, 34.3811 31.3898, 34.3814 31.3881, 34.3745 31.3787,
        34.3738 31.3739, 34.3651 31.3752, 34.3607 31.3802, 34.3511 31.3874, 34.3416 31.3910,
        34.3375 31.3863, 34.3265 31.3917, 34.3116 31.3898, 34.2986 31.3932, 34.3069 31.3990,
        34.3164 31.4077, 34.3309 31.4194, 34.3443 31.4320, 34.3773 31.4658
        """,
    ),
    Governorate(
        "PS0270",
        "Khan Younis",
        "خان يونس",
        ("Khan Yunis", "Khan Yunus", "Khan Yunes", "Khan Younes", "Khanyounis"),
        107.62,
        """
        34.3116 31.3898, 34.3265 31.3917, 34.3375 31.3863, 34.3416 31.3910, 34.3511 31.3874,
        34.3607 31.3802, 34.3651 31.3752, 34.3738 31.3739, 34.3723 31.3700, 34.3671 31.3684,
        34.3655 31.3616, 34.3679 31.3433, 34.3722 31.3190, 34.3739 31.3058, 34.3667 31.2900,
        34.3431 31.2784, 34.3367 31.2676, 34.3307 31.2612, 34.3239 31.2735, 34.3138 31.2950,
        34.3034 31.2927, 34.2969 31.2929, 34.2884 31.2971, 34.2817 31.3041, 34.2821 31.3068,
        34.2733 31.3138, 34.2635 31.3305, 34.2489 31.3450, 34.2462 31.3464, 34.2642 31.3621,
        34.2769 31.3724, 34.2863 31.3827, 34.2986 31.3932
        """,
    ),
    Governorate(
        "PS0275",
        "Rafah",
        "رفح",
        ("Rafaḥ", "Rafaḩ", "Rafa"),
        64.01,
        """
        34.2489 31.3450, 34.2635 31.3305, 34.2733 31.3138, 34.2821 31.3068, 34.2817 31.3041,
        34.2884 31.2971, 34.2969 31.2929, 34.3034 31.2927, 34.3138 31.2950, 34.3239 31.2735,
        34.3307 31.2612, 34.3196 31.2529, 34.3082 31.2484, 34.2933 31.2414, 34.2853 31.2333,
        34.2676 31.2200, 34.2402 31.2958, 34.2356 31.2969, 34.2240 31.3162, 34.2188 31.3237,
        34.2298 31.3323, 34.2462 31.3464
        """,
    ),
)


def write_outlines(path: Path) -> None:
    """Write the governorates as GeoJSON (RFC 7946); the same bytes every time."""
    features = ",\n".join(
        json.dumps(_feature(unit), ensure_ascii=False, separators=(",", ":"))
        for unit in GOVERNORATES
    )
    attribution = json.dumps(OUTLINES_SOURCE.attribution, ensure_ascii=False)
    path.write_text(
        '{"type":"FeatureCollection",\n'
        f'"attribution":{attribution},\n'
        f'"features":[\n{features}\n]}}\n',
        encoding="utf-8",
        newline="\n",
    )


def _feature(unit: Governorate) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {
            "pcode": unit.pcode,
            "name": unit.name,
            "name_ar": unit.name_ar,
            "other_names": "|".join(unit.other_names),
            "admin_level": 2,
            "parent_pcode": STRIP_PCODE,
            "country": "PS",
            "published_area_km2": unit.published_area_km2,
        },
        "geometry": {"type": "Polygon", "coordinates": [unit.vertices()]},
    }
