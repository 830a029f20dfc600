-- What the database of a large run holds beside the tables of every run.

CREATE TABLE event_exposure (           -- people within reach of each event by itself, static
    event_id          VARCHAR NOT NULL,
    radius_km         DOUBLE NOT NULL,
    people            DOUBLE,           -- NULL: no data for the disc, or for less than 1 % of it
    coverage_fraction DOUBLE NOT NULL,  -- of the disc's area, inside the grid
    nodata_fraction   DOUBLE NOT NULL   -- of the disc's area, inside the grid but without data
);
