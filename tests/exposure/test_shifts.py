"""Discs wherever they may be: their people against exact counts at every place and reach."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from rasterio.transform import from_origin
from shapely import box

import geo
from geo.exposure.discs import disc_area_km2
from geo.exposure.shifts import REACHES, _find_places, measure_shifts
from geo.exposure.zones import Zone, make_disc
from geo.people import PopulationGrid
from geo.types import LonLat, Source

UNITS = gpd.GeoDataFrame(
    {"pcode": ["W", "E"]}, geometry=[box(0, 0, 0.5, 1), box(0.5, 0, 1, 1)], crs=4326
)
NONE = UNITS.iloc[:0]


def make_grid(people, *, west=0.0, north=1.0, cell=0.01, crs="EPSG:4326"):
    source = Source("s", "made up", "none")
    people = np.asarray(people, dtype=np.float64)
    return PopulationGrid(
        "g", "made up", source, "2020", "no", crs, west, north, cell, cell, people
    )


def make_discs(lon, lat, radii, precision_km=0.0):
    center = LonLat(lon, lat)
    return [
        Zone(f"d{r}", "E", "disc", "disc", None, lon, lat, 0.0, r, precision_km,
             disc_area_km2(lat, r), make_disc(center, r))
        for r in radii
    ]  # fmt: skip


def write(path, grid):
    import rasterio

    rows, cols = grid.shape
    with rasterio.open(
        path, "w", driver="GTiff", count=1, height=rows, width=cols, dtype="float64",
        crs=grid.crs, transform=from_origin(grid.west, grid.north, grid.cell_width,
                                            grid.cell_height), nodata=-1,
    ) as dataset:  # fmt: skip
        dataset.write(np.nan_to_num(grid.people, nan=-1.0), 1)
    return path


def count_exactly(path, places, limits):
    """People within each limit of each place, by the bulk engine."""
    events = pd.DataFrame(
        {
            "event_id": [str(number) for number in range(len(places))],
            "lon": [place.lon for place in places],
            "lat": [place.lat for place in places],
        }
    )
    table = geo.expose(events, population=path, radius_km=sorted(limits), unit="count")
    wide = table.pivot_table(index="event_id", columns="radius_km", values="people")
    wide = wide.loc[events["event_id"], sorted(limits)]
    return wide.to_numpy()


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32631"])
def test_shifted_discs_hold_who_is_there(tmp_path, crs):
    rng = np.random.default_rng(3)
    people = rng.gamma(0.5, 40.0, (200, 200))
    if crs == "EPSG:4326":
        grid, center = make_grid(people, cell=0.005), LonLat(0.52, 0.48)
    else:
        grid = make_grid(people, west=500_000, north=5_000_000, cell=500.0, crs=crs)
        center = LonLat(3.6, 44.7)
    family = make_discs(center.lon, center.lat, (3.0, 9.0), precision_km=4.0)
    radii = (3.0, 9.0)
    path = write(tmp_path / "p_count.tif", grid)
    exact = dict(zip(radii, count_exactly(path, [center], radii)[0], strict=True))
    own = {radius: {None: (people, 0.0)} for radius, people in exact.items()}
    shifts = measure_shifts(family, grid, NONE, own, families=1)
    places = _find_places(center, 4.0, grid, 64)
    reaches = [1.0 - 0.1 / 0.9 * (1 - (2 * i + 1) / REACHES) for i in range(REACHES)]
    for number, radius in enumerate(radii):
        limits = sorted({radius, *(radius * reach for reach in reaches)})
        truth = count_exactly(path, places, limits)
        mine = shifts.layers[0, number, :, :, 0]
        columns = [limits.index(radius), *(limits.index(radius * reach) for reach in reaches)]
        truth = truth[:, columns]
        assert mine.shape == (65, 9)
        assert mine[0, 0] == exact[radius]
        error = np.abs(mine - truth) / truth
        assert np.quantile(error, 0.95) < 0.04
        assert abs(mine.sum() / truth.sum() - 1) < 0.01


def test_people_are_told_apart_by_unit_and_gathering():
    grid = make_grid(np.full((100, 100), 10.0))
    family = make_discs(0.5, 0.5, (10.0,))
    cell_km2 = 1.2309
    area = disc_area_km2(0.5, 10.0)
    own = {10.0: dict.fromkeys(("W", "E"), (area / cell_km2 * 5, area / 2, 0.0))}
    camp = box(0.52, 0.46, 0.56, 0.5)
    own[10.0]["E"] = (area / cell_km2 * 5, area / 2, 16 * cell_km2)
    shifts = measure_shifts(family, grid, UNITS, own, 1, [camp])
    assert shifts.pcodes == (None, "E", "W")
    static, land, camped = shifts.layers[:, 0, 0, :, [0, 2, 1]].transpose(1, 2, 0)
    # people and land grow with the square of the reach, all the same to west and east
    largest = 1 + 0.1 / 0.9 * (1 - 1 / REACHES)
    for layer in (static, land):
        assert layer[-1, 1] / layer[0, 1] == pytest.approx(largest**2, rel=0.02)
        assert layer[-1, 2] / layer[0, 2] == pytest.approx(largest**2, rel=0.02)
    assert (static[:, 0] == 0).all()
    assert (camped[:, 1] == 0).all()
    np.testing.assert_allclose(camped[:, 2], 16 * cell_km2)  # it lies inside, whatever the reach


def test_places_fill_the_precision_evenly_and_leave_out_the_sea():
    people = np.full((100, 100), 10.0)
    people[:, 50:] = np.nan
    whole = _find_places(LonLat(0.5, 0.5), 5.0, make_grid(np.full((100, 100), 1.0)), 64)
    half = _find_places(LonLat(0.499, 0.5), 5.0, make_grid(people), 64)
    away = np.hypot(
        [(p.lon - 0.5) * 111.32 for p in whole[1:]], [(p.lat - 0.5) * 110.57 for p in whole[1:]]
    )
    assert len(whole) == 65
    assert away.max() <= 5.01
    assert np.mean(away < 5 / np.sqrt(2)) == pytest.approx(0.5, abs=0.04)
    assert 26 <= len(half) - 1 <= 38
    assert all(place.lon < 0.5 for place in half)


def test_disc_across_the_date_line():
    grid = make_grid(np.full((100, 100), 10.0), west=179.5)
    family = make_discs(-179.99, 0.5, (5.0,), precision_km=2.0)
    people = disc_area_km2(0.5, 5.0) / 1.2309 * 10
    shifts = measure_shifts(family, grid, NONE, {5.0: {None: (people, 78.5)}}, families=1)
    np.testing.assert_allclose(shifts.layers[0, 0, :, 0, 0], people, rtol=0.05)


def test_a_disc_far_smaller_than_a_cell():
    grid = make_grid(np.full((10, 10), 1000.0), cell=0.1)
    family = make_discs(0.55, 0.55, (0.5,), precision_km=1.0)
    people = disc_area_km2(0.5, 0.5) / 123.09 * 1000
    shifts = measure_shifts(family, grid, NONE, {0.5: {None: (people, 0.785)}}, families=1)
    np.testing.assert_allclose(shifts.layers[0, 0, :, 0, 0], people, rtol=0.15)


def test_many_families_have_fewer_places_each():
    grid = make_grid(np.full((100, 100), 10.0))
    family = make_discs(0.5, 0.5, (5.0,), precision_km=3.0)
    shifts = measure_shifts(family, grid, NONE, {5.0: {None: (638.0, 78.5)}}, families=300)
    assert shifts.layers.shape[2] == 33
