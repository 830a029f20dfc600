"""How exact the figures are: 2,000 random discs and 500 polygons against three oracles.

The discs and rasters are made in `worlds.py` (what is drawn, and from where, is said there), the
oracles stand in `oracles.py`. Nothing is left out: each disc has people, and each is compared.
"""

import dataclasses
import functools
import itertools

import numpy as np
import pytest

from geo.exposure.disc_set import Discs
from geo.exposure.each import count_each
from geo.exposure.outlines import Outlines
from geo.exposure.spans import Frame
from geo.people.tiles import PopulationFile
from tests.exposure import oracles, worlds

sweep_each = functools.partial(count_each, join=False)
join_each = functools.partial(count_each, join=True)

DISCS, SPECIAL = 2000, 300
POLYGONS, HOLED = 500, 300


@dataclasses.dataclass(frozen=True, slots=True)
class Counted:
    """People of all discs, in one order, by each way; where each is and how large."""

    lat: np.ndarray
    radius_km: np.ndarray
    cell: np.ndarray
    special: np.ndarray
    swept: np.ndarray
    brute: np.ndarray
    own_error: np.ndarray
    extracted: np.ndarray

    def describe(self, off):
        """Say which discs are farthest off."""
        return "; ".join(
            f"{off[n]:.1e} at latitude {self.lat[n]:.4f}, {self.radius_km[n]:.3f} km, cells of "
            f"{self.cell[n] * 3600:.2f} arc-seconds"
            for n in np.argsort(-off)[:5]
        )


def frame_of(world):
    return Frame(
        "EPSG:4326", world.west, world.north, world.cell, world.cell, *world.people.shape, 1
    )


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    path = tmp_path_factory.mktemp("worlds") / "people_count.tif"
    parts = []
    for world in worlds.make_worlds():
        world.write(path)
        discs = Discs(world.lon, world.lat, world.radius_km)
        swept = sweep_each(PopulationFile(path), frame_of(world), discs)
        people, own_error = oracles.brute_force(world)
        shapes = [
            oracles.geodesic_polygon(*disc)
            for disc in zip(world.lon, world.lat, world.radius_km, strict=True)
        ]
        special = np.full(len(discs), not world.name.startswith("anywhere"))
        cell = np.full(len(discs), world.cell)
        extracted = oracles.extract(world, shapes)
        parts.append(
            (world.lat, world.radius_km, cell, special, swept.people, people, own_error, extracted)
        )
    return Counted(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def test_discs_are_those_that_the_bounds_are_stated_for(counted):
    assert len(counted.lat) == DISCS
    assert counted.special.sum() == SPECIAL
    assert np.abs(counted.lat).max() == worlds.MAX_LAT
    assert (counted.radius_km.min(), counted.radius_km.max()) == worlds.RADII_KM
    assert (counted.cell.min(), counted.cell.max()) == pytest.approx(worlds.CELLS)
    assert (counted.brute > 0).all()  # so that each has a relative error


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.long)])
def test_join_and_sweep_are_the_same_to_the_last_digit(tmp_path, every):
    """In SQL a disc round a pole takes seconds: a quarter of the worlds here, the rest apart."""
    differ = []
    for world in itertools.islice(worlds.make_worlds(), 0, None, every):
        world.write(tmp_path / "people_count.tif")
        population = PopulationFile(tmp_path / "people_count.tif")
        discs = Discs(world.lon, world.lat, world.radius_km)
        swept, joined = (
            count(population, frame_of(world), discs) for count in (sweep_each, join_each)
        )
        if not np.array_equal(swept.words, joined.words):
            differ.append(world.name)
    assert differ == []


def test_people_are_those_of_true_geodesics_on_ever_finer_lines(counted):
    assert (counted.own_error < oracles.OWN_ERROR).all()
    off = np.abs(counted.swept / counted.brute - 1)
    assert off.max() < 1e-3, f"{(off >= 1e-3).sum()} of {len(off)}: {counted.describe(off)}"
    assert counted.swept.sum() == pytest.approx(counted.brute.sum(), rel=1e-4)


def test_special_discs_are_as_exact_as_others(counted):
    """Across the date line and over the poles."""
    off = np.abs(counted.swept / counted.brute - 1)[counted.special]
    assert off.max() < 1e-3, f"{(off >= 1e-3).sum()} of {len(off)}"
    swept, brute = counted.swept[counted.special], counted.brute[counted.special]
    assert swept.sum() == pytest.approx(brute.sum(), rel=1e-4)


def test_people_are_those_of_exactextract_on_geodesic_polygons(counted):
    off = np.abs(counted.swept / counted.extracted - 1)
    assert np.percentile(off, 95) < 2e-3, counted.describe(off)
    assert counted.swept.sum() == pytest.approx(counted.extracted.sum(), rel=5e-4)


def test_oracles_agree_with_each_other(counted):
    """Far within the bounds: neither would hide a fault of the other."""
    assert counted.brute == pytest.approx(counted.extracted, rel=2e-4)


@pytest.fixture(scope="module")
def polygons_counted(tmp_path_factory):
    """Worlds where join and sweep differ; people by the sweep, cell by cell, by exactextract."""
    path = tmp_path_factory.mktemp("plots") / "people_count.tif"
    differ, parts, holes = [], [], 0
    for world, polygons in worlds.make_polygons():
        world.write(path)
        population = PopulationFile(path)
        frame = frame_of(world)
        outlines = Outlines.of(frame, polygons)
        swept, joined = (count(population, frame, outlines) for count in (sweep_each, join_each))
        if not np.array_equal(swept.words, joined.words):
            differ.append(world.name)
        cut = [oracles.cut_cells(world, polygon) for polygon in polygons]
        parts.append((swept.people, np.array(cut), oracles.extract(world, polygons)))
        holes += sum(oracles.count_holes(polygon) > 0 for polygon in polygons)
    return differ, holes, *(np.concatenate(part) for part in zip(*parts, strict=True))


def test_polygons_are_those_that_the_bounds_are_stated_for(polygons_counted):
    _, holes, _, cut, extracted = polygons_counted
    assert len(cut) == POLYGONS
    assert holes == HOLED
    assert (cut > 0).all()
    assert cut == pytest.approx(extracted, rel=1e-6)


def test_join_and_sweep_are_the_same_on_polygons(polygons_counted):
    assert polygons_counted[0] == []


def test_people_in_polygons_are_those_of_cells_cut_to_shape(polygons_counted):
    _, _, swept, cut, _ = polygons_counted
    off = np.abs(swept / cut - 1)
    assert off.max() < 1e-3, f"worst {np.sort(off)[-9:]}"
    assert swept.sum() == pytest.approx(cut.sum(), rel=1e-4)
