-- The gazetteer: one SQLite file, built once, opened read-only.
-- Positions are EPSG:4326 degrees, populations persons.

CREATE TABLE about (             -- version, counts, checksums of what it was built from
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE sources (
    source_id   TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    licence     TEXT NOT NULL,
    url         TEXT NOT NULL,
    attribution TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE places (
    number       INTEGER PRIMARY KEY,
    place_id     TEXT NOT NULL,
    name         TEXT NOT NULL,
    name_ar      TEXT,           -- in Arabic; NULL: not known
    country      TEXT,           -- ISO 3166-1 alpha-2; NULL: in no one country
    kind         TEXT NOT NULL,  -- point | city | admin1 | admin2 | country | region
    feature      TEXT,           -- finer: capital, camp, crossing, neighbourhood ...
    lon          REAL NOT NULL,
    lat          REAL NOT NULL,
    precision_km REAL NOT NULL,
    geoname_id   INTEGER,
    pcode        TEXT,
    admin1_code  TEXT,           -- GeoNames, such as SD.55; of an admin1 its own
    admin2_code  TEXT,
    admin1       TEXT,           -- name of the unit admin1_code
    parent       TEXT,           -- normal form of the town or area that it is part of
    members      TEXT,           -- of a region: admin1 codes and country codes, |-separated
    population   INTEGER,
    weight       REAL NOT NULL,  -- prominence, log10 of persons or its like
    source       TEXT NOT NULL,
    tile         INTEGER NOT NULL -- one-degree tile: floor(lat + 90) * 360 + floor(lon + 180)
);

CREATE TABLE names (
    normal TEXT NOT NULL,        -- geo.places.names.normalise_name
    number INTEGER NOT NULL,     -- of the place
    form   INTEGER NOT NULL,     -- 1 name | 2 alternate | 3 abbreviation
    PRIMARY KEY (normal, number, form)
) WITHOUT ROWID;

CREATE TABLE countries (
    iso2       TEXT PRIMARY KEY,
    iso3       TEXT NOT NULL,
    name       TEXT NOT NULL,
    population INTEGER NOT NULL,
    area_km2   REAL NOT NULL,
    capital    TEXT,
    neighbours TEXT NOT NULL     -- ISO codes, |-separated
) WITHOUT ROWID;
