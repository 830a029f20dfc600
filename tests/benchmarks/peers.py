"""Peers, each from file to file, as a careful user would call it. Run by their own environment.

    python peers.py PEER TABLE RASTER OUT [--radius KM] [--points N]

TABLE: a CSV of events with `event_id`, `lon`, `lat`, or polygons as GeoJSON. OUT: a CSV with a row
for each and the people in `sum`.
"""

from __future__ import annotations

import argparse
import math
import sys
import warnings
from importlib.metadata import version
from pathlib import Path


def geodesic_discs(events, radius_km, points):
    """Return geodesic polygons of so many corners."""
    import geopandas as gpd
    import numpy as np
    import pyproj
    import shapely

    geod, count = pyproj.Geod(ellps="WGS84"), len(events)
    lon, lat = (np.repeat(events[name].to_numpy(), points) for name in ("lon", "lat"))
    bearings = np.tile(np.arange(points) * 360.0 / points, count)
    x, y, _ = geod.fwd(lon, lat, bearings, np.full(len(lon), radius_km * 1e3))
    rings = np.stack([x, y], axis=1).reshape(count, points, 2)
    return gpd.GeoDataFrame(events[["event_id"]], geometry=shapely.polygons(rings), crs=4326)


def read_zones(options):
    """Return polygons: those of a file, or discs round events."""
    import geopandas as gpd
    import pandas as pd

    if options.table.suffix == ".geojson":
        return gpd.read_file(options.table)
    return geodesic_discs(pd.read_csv(options.table), options.radius, options.points)


def run_exactextract(options, strategy):
    from exactextract import exact_extract

    zones = read_zones(options)
    column = "event_id" if "event_id" in zones else "pcode"
    found = exact_extract(
        str(options.raster), zones, "sum", strategy=strategy, include_cols=[column], output="pandas"
    )
    found.to_csv(options.out, index=False)


def run_rasterstats(options):
    from rasterstats import zonal_stats

    zones = read_zones(options)
    found = zonal_stats(zones, str(options.raster), stats="sum")
    zones.drop(columns="geometry").assign(sum=[row["sum"] for row in found]).to_csv(
        options.out, index=False
    )


def run_popexposure(options):
    import geopandas as gpd
    import pandas as pd
    from popexposure import PopEstimator

    events = pd.read_csv(options.table)
    hazards = gpd.GeoDataFrame(
        {"ID_hazard": events["event_id"], "buffer_dist_here": options.radius * 1e3},
        geometry=gpd.points_from_xy(events["lon"], events["lat"]),
        crs=4326,
    )
    found = PopEstimator(pop_data=str(options.raster)).est_exposed_pop(hazard_data=hazards)
    found = found.rename(columns={"ID_hazard": "event_id", "exposed_here": "sum"})
    found.to_csv(options.out, index=False)


def run_geopandas(options):
    """Buffer in the UTM zone that suits most events, then a mask and a sum for each."""
    import geopandas as gpd
    import pandas as pd
    import rasterio
    from rasterio.features import geometry_mask
    from rasterio.windows import Window, from_bounds

    events = pd.read_csv(options.table)
    points = gpd.GeoSeries(gpd.points_from_xy(events["lon"], events["lat"]), crs=4326)
    utm = points.estimate_utm_crs()
    buffers = points.to_crs(utm).buffer(options.radius * 1e3).to_crs(4326)
    sums = []
    with rasterio.open(options.raster) as dataset:
        whole = Window(0, 0, dataset.width, dataset.height)
        for buffer in buffers:
            window = from_bounds(*buffer.bounds, transform=dataset.transform)
            row, col = math.floor(window.row_off), math.floor(window.col_off)
            window = Window(
                col, row, math.ceil(window.width) + 1, math.ceil(window.height) + 1
            ).intersection(whole)
            values = dataset.read(1, window=window, masked=True)
            inside = geometry_mask(
                [buffer], values.shape, dataset.window_transform(window), invert=True
            )
            sums.append(float(values[inside].sum()))
    events.assign(sum=sums).to_csv(options.out, index=False)


PEERS = {
    "exactextract raster-sequential": lambda o: run_exactextract(o, "raster-sequential"),
    "exactextract feature-sequential": lambda o: run_exactextract(o, "feature-sequential"),
    "rasterstats": run_rasterstats,
    "popexposure": run_popexposure,
    "geopandas buffer": run_geopandas,
}
DISTRIBUTIONS = ("exactextract", "rasterstats", "popexposure", "geopandas", "rasterio", "shapely")


def main():
    if sys.argv[1:] == ["versions"]:
        sys.stdout.write("\n".join(f"{name} {version(name)}" for name in DISTRIBUTIONS) + "\n")
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("table", type=Path)
    parser.add_argument("raster", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--radius", type=float)
    parser.add_argument("--points", type=int, default=720)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    PEERS[options.peer](options)


if __name__ == "__main__":
    main()
