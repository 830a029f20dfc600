-- The run database: one DuckDB file a run, read by every output.
-- Positions are EPSG:4326 degrees; geometries are WKB, EPSG:4326; people are persons.
-- Columns that end in _fp are fixed point: persons x 1048576 (2^20).
-- Span ends x0, x1 are columns x 4096 (2^12), end exclusive.

CREATE TABLE run (              -- facts about the run: as_of, version, input, headline, radii ...
    key   VARCHAR PRIMARY KEY,
    value JSON                  -- a JSON value; NULL where the fact is missing
);

CREATE TABLE sources (
    source_id   VARCHAR PRIMARY KEY,
    name        VARCHAR NOT NULL,
    licence     VARCHAR NOT NULL,
    date        VARCHAR,        -- the data's own date or period; NULL: undated
    url         VARCHAR,
    attribution VARCHAR,
    note        VARCHAR
);

CREATE TABLE cautions (         -- what a reader of the figures must know
    code VARCHAR NOT NULL,
    text VARCHAR NOT NULL
);

CREATE TABLE places (
    place_id          VARCHAR PRIMARY KEY,
    name              VARCHAR NOT NULL,
    name_ar           VARCHAR,          -- in Arabic; NULL: not known
    country           VARCHAR,          -- ISO 3166-1 alpha-2; NULL: in no one country
    kind              VARCHAR NOT NULL, -- point | city | admin1 | admin2 | country | region
    lon               DOUBLE NOT NULL,  -- of an area: its label point, never a pin
    lat               DOUBLE NOT NULL,
    precision_km      DOUBLE NOT NULL,  -- radius within which the place lies
    geoname_id        BIGINT,
    pcode             VARCHAR,
    admin1            VARCHAR,
    population        BIGINT,           -- the gazetteer's own, undated; NULL: not known
    source            VARCHAR NOT NULL,
    confidence        DOUBLE NOT NULL,  -- 0..1
    alternatives      JSON,             -- other candidates where the margin was small
    density_km2       DOUBLE,           -- people a square kilometre at the place; NULL: area, no data
    population_source VARCHAR
);

CREATE TABLE mentions (
    mention_id VARCHAR PRIMARY KEY,
    span_start INTEGER NOT NULL,        -- code points into the text as given
    span_end   INTEGER NOT NULL,        -- exclusive
    text       VARCHAR NOT NULL,
    class      VARCHAR NOT NULL,        -- place | demonym | actor | organisation
    kind       VARCHAR,                 -- as in places; NULL where no place is meant
    role       VARCHAR NOT NULL,        -- venue | threatened | site | actor | mentioned
    modality   VARCHAR NOT NULL,        -- actual | threatened | planned | past | denied
    place_id   VARCHAR,
    tier       VARCHAR NOT NULL,        -- sure | doubtful
    reason     VARCHAR NOT NULL         -- why it was read this way
);

CREATE TABLE events (
    event_id     VARCHAR PRIMARY KEY,
    kind         VARCHAR NOT NULL,      -- talks | attack | violence | ... or the table's own type
    role         VARCHAR NOT NULL,
    modality     VARCHAR NOT NULL,
    date         DATE,
    place_id     VARCHAR,
    evidence     VARCHAR,               -- the sentence, or the table row's note
    radius_km    DOUBLE,                -- the event's own; NULL: the run's radii
    fatalities   BIGINT,
    event_type   VARCHAR                -- the table's own words
);

CREATE TABLE admin_units (
    pcode        VARCHAR PRIMARY KEY,
    name         VARCHAR NOT NULL,
    name_ar      VARCHAR,
    admin_level  INTEGER NOT NULL,
    parent_pcode VARCHAR,
    country      VARCHAR,
    area_km2     DOUBLE NOT NULL,       -- geodesic, WGS 84
    source_id    VARCHAR NOT NULL,
    geometry     BLOB NOT NULL
);

CREATE TABLE zones (
    zone_id   VARCHAR PRIMARY KEY,
    event_id  VARCHAR,                  -- NULL: drawn by the analyst
    label     VARCHAR NOT NULL,
    kind      VARCHAR NOT NULL,         -- admin | disc | ring | drawn | union
    pcode     VARCHAR,                  -- of an admin zone
    lon       DOUBLE,                   -- centre of a disc or ring
    lat       DOUBLE,
    inner_km  DOUBLE,                   -- ring: inner radius; disc: 0
    radius_km DOUBLE,                   -- disc or ring: outer radius
    area_km2  DOUBLE NOT NULL,          -- geodesic, WGS 84
    grid_id   VARCHAR NOT NULL,
    geometry  BLOB NOT NULL             -- for drawing and files; people are counted from spans
);

CREATE TABLE grids (
    grid_id         VARCHAR PRIMARY KEY,
    source_id       VARCHAR NOT NULL,
    label           VARCHAR NOT NULL,   -- population_source in every output
    population_date VARCHAR,            -- NULL: undated
    modelled        VARCHAR NOT NULL,   -- no | embedded | coarse
    crs             VARCHAR NOT NULL,
    west            DOUBLE NOT NULL,    -- outer edge of column 0, CRS units
    north           DOUBLE NOT NULL,    -- outer edge of row 0
    cell_width      DOUBLE NOT NULL,
    cell_height     DOUBLE NOT NULL,    -- positive
    rows            BIGINT NOT NULL,
    cols            BIGINT NOT NULL,
    scanlines       INTEGER NOT NULL,   -- K: sub-scanlines a row, shared by all zones of the grid
    role            VARCHAR NOT NULL DEFAULT 'main' -- main | other: compared with the main one
);

CREATE TABLE cells (                    -- the area of interest only
    grid_id   VARCHAR NOT NULL,
    row       INTEGER NOT NULL,
    col       INTEGER NOT NULL,
    people_fp BIGINT,                   -- NULL: no data here
    area_km2  DOUBLE NOT NULL,
    area_fp   BIGINT NOT NULL,          -- area_km2 x 10^9
    -- running totals of the cells further west in the row, as far as cells were loaded with it:
    people_before BIGINT NOT NULL,      -- people_fp
    valid_before  BIGINT NOT NULL,      -- area_fp with data
    nodata_before BIGINT NOT NULL       -- area_fp without data
);

CREATE TABLE spans (                    -- a zone, cut by administrative unit, along each scanline
    grid_id VARCHAR NOT NULL,
    zone_id VARCHAR NOT NULL,           -- a zone, an admin unit ('unit:' || pcode), a place ('place:' || id)
    pcode   VARCHAR,                    -- the unit that this piece lies in; NULL: in no unit
    row     INTEGER NOT NULL,
    line    INTEGER NOT NULL,           -- sub-scanline of the row, 0 .. K-1
    x0      BIGINT NOT NULL,
    x1      BIGINT NOT NULL
);

-- Where the edges of pieces pass through cells: the two ends of their spans. An end on the edge of
-- two cells belongs to the western one. Many lines end in one cell: they are added up here.
CREATE VIEW borders AS
WITH ends AS (
    SELECT
        grid_id,
        zone_id,
        pcode,
        row,
        unnest([(x1 - 1) // 4096, x0 // 4096]) AS col,
        unnest([(x1 - 1) % 4096 + 1, x0 % 4096]) AS part,
        unnest([1, -1]) AS side
    FROM spans
)
SELECT
    grid_id,
    zone_id,
    pcode,
    row,
    col,
    sum(side) AS lines,                 -- of the row's K; positive: eastern edges
    sum(side * part) AS part            -- 1/4096 of the cell on one line
FROM ends
GROUP BY grid_id, zone_id, pcode, row, col;

CREATE TABLE pieces (                   -- what the join counts: people of a zone in a unit
    grid_id    VARCHAR NOT NULL,
    zone_id    VARCHAR NOT NULL,
    pcode      VARCHAR,
    people_sum HUGEINT NOT NULL,        -- persons x 2^20 x 2^12 x K
    valid_sum  HUGEINT NOT NULL,        -- area with data, km2 x 10^9 x 2^12 x K
    nodata_sum HUGEINT NOT NULL,        -- area inside the grid without data, in the same units
    static     DOUBLE NOT NULL,         -- people_sum as persons
    valid_km2  DOUBLE NOT NULL,         -- area with data
    nodata_km2 DOUBLE NOT NULL          -- area inside the grid without data
);

CREATE TABLE figures (                  -- dated figures of people present, used and set aside
    figure_id VARCHAR PRIMARY KEY,
    pcodes    VARCHAR[] NOT NULL,       -- the units that it is for, together
    date      DATE NOT NULL,
    kind      VARCHAR NOT NULL,         -- present | left | arrived | displaced_present
    since     DATE,                     -- left, arrived: counted from
    low       DOUBLE,
    best      DOUBLE NOT NULL,
    high      DOUBLE,
    agency    VARCHAR NOT NULL,
    note      VARCHAR,
    operation VARCHAR,                  -- of displacement tracking; NULL: of another origin
    round     INTEGER,                  -- of the operation
    verified  BOOLEAN NOT NULL,         -- FALSE: cited, to be verified
    used      BOOLEAN NOT NULL,
    reason    VARCHAR NOT NULL          -- why used or set aside
);

CREATE TABLE unit_people (              -- people in each administrative unit on the day
    pcode     VARCHAR PRIMARY KEY,
    name      VARCHAR NOT NULL,
    static    DOUBLE NOT NULL,
    low       DOUBLE NOT NULL,
    best      DOUBLE NOT NULL,
    high      DOUBLE NOT NULL,
    factor    DOUBLE NOT NULL,          -- what each cell of the unit is scaled by
    on_land   DOUBLE,                   -- how many of best stay evenly over the unit's land
    land_km2  DOUBLE,                   -- the unit's area with population data
    displaced DOUBLE,                   -- how many of best are displaced; NULL: no figure in use
    basis     VARCHAR NOT NULL          -- figure | displaced | share | static
);

CREATE TABLE exposure (
    zone_id           VARCHAR PRIMARY KEY,
    low               BIGINT NOT NULL,
    best              BIGINT NOT NULL,
    high              BIGINT NOT NULL,
    static            BIGINT NOT NULL,
    density_km2       DOUBLE,           -- best / area with data; NULL: no data
    population_source VARCHAR NOT NULL,
    population_date   VARCHAR,
    coverage_fraction DOUBLE NOT NULL,  -- of the zone's area, inside the grid
    nodata_fraction   DOUBLE NOT NULL,  -- of the zone's area, inside the grid but without data
    parts             JSON NOT NULL     -- what each source of doubt adds: {name: {low, high, width, share}}
);

CREATE TABLE exposure_admin (           -- rows add up to the zone's `best` and `static` exactly
    zone_id VARCHAR NOT NULL,
    pcode   VARCHAR,                    -- NULL: outside the units
    name    VARCHAR NOT NULL,
    low     BIGINT NOT NULL,
    best    BIGINT NOT NULL,
    high    BIGINT NOT NULL,
    static  BIGINT NOT NULL
);

CREATE TABLE facilities (
    facility_id      VARCHAR PRIMARY KEY,
    name             VARCHAR NOT NULL,
    kind             VARCHAR NOT NULL,  -- hospital | crossing | ...
    lon              DOUBLE NOT NULL,
    lat              DOUBLE NOT NULL,
    position_quality VARCHAR NOT NULL,  -- supported | approximate
    source_id        VARCHAR NOT NULL
);

-- Exposure over time, where the run was asked for more than one day: the same columns and rules as
-- `exposure` and `unit_people`. No row: nobody can be counted there on that day.
CREATE TABLE series (
    zone_id VARCHAR NOT NULL,
    as_of   DATE NOT NULL,
    low     BIGINT NOT NULL,
    best    BIGINT NOT NULL,
    high    BIGINT NOT NULL,
    static  BIGINT NOT NULL,
    PRIMARY KEY (zone_id, as_of)
);

CREATE TABLE series_units (
    pcode  VARCHAR NOT NULL,
    as_of  DATE NOT NULL,
    low    DOUBLE NOT NULL,
    best   DOUBLE NOT NULL,
    high   DOUBLE NOT NULL,
    static DOUBLE NOT NULL,
    PRIMARY KEY (pcode, as_of)
);

CREATE TABLE scenario (                 -- exposure if people moved as `run` fact `moves` supposes
    zone_id VARCHAR PRIMARY KEY,
    low     BIGINT NOT NULL,
    best    BIGINT NOT NULL,
    high    BIGINT NOT NULL,
    static  BIGINT NOT NULL
);

CREATE TABLE scenario_units (           -- people in each unit if they moved so
    pcode VARCHAR PRIMARY KEY,
    name  VARCHAR NOT NULL,
    low   DOUBLE NOT NULL,
    best  DOUBLE NOT NULL,
    high  DOUBLE NOT NULL
);

-- Static people of every zone by each population source, the main one first; no rows where it is
-- alone. Rings add to discs within each source.
CREATE TABLE exposure_sources (
    zone_id           VARCHAR NOT NULL,
    grid_id           VARCHAR,          -- NULL: the source does not reach the zone's surroundings
    population_source VARCHAR NOT NULL,
    population_date   VARCHAR,
    static            BIGINT,           -- NULL: no data for the zone, or for less than 1 % of it
    ratio             DOUBLE,           -- to the main source; NULL: unknown, or the main has nobody
    coverage_fraction DOUBLE NOT NULL,  -- of the zone's area, inside the grid
    nodata_fraction   DOUBLE NOT NULL   -- of the zone's area, inside the grid but without data
);

CREATE TABLE people_groups (            -- who the people of a zone are: each zone has every group
    zone_id    VARCHAR NOT NULL,
    grp        VARCHAR NOT NULL,        -- under_5 | under_18 | women_15_49 | over_64 | households
    low        BIGINT,                  -- persons (or households); NULL: unknown
    best       BIGINT,
    high       BIGINT,
    share      DOUBLE,                  -- of everyone; of households: households a person
    source_id  VARCHAR,
    basis      VARCHAR NOT NULL,        -- zone | unit | parent | nation | territory | given | unknown
    share_low  DOUBLE,
    share_high DOUBLE,
    share_date VARCHAR                  -- of the share's data; NULL: undated
);

CREATE TABLE needs (                    -- what the people of a zone need a day, at the least
    zone_id  VARCHAR NOT NULL,
    need     VARCHAR NOT NULL,          -- water | food | toilets_first_days | toilets | ...
    low      DOUBLE,                    -- NULL: nobody can be counted
    best     DOUBLE,
    high     DOUBLE,
    unit     VARCHAR NOT NULL,
    standard VARCHAR NOT NULL           -- the minimum standard that is cited
);

CREATE TABLE zone_facilities (          -- no row: none is known there, which is not none
    zone_id     VARCHAR NOT NULL,
    kind        VARCHAR NOT NULL,       -- health | school | water | crossing | other
    total       BIGINT NOT NULL,
    approximate BIGINT NOT NULL         -- how many of them have an approximate position
);
