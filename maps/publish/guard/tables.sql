-- What the database of a public run holds beside the tables of every run, and how these differ:
-- a row without figures is withheld, no row means that nobody can be counted.

CREATE TABLE unit_facilities (          -- no row: none is known there, which is not none
    pcode VARCHAR NOT NULL,
    name  VARCHAR NOT NULL,
    kind  VARCHAR NOT NULL,             -- health | school | water | crossing | other | event
    total BIGINT NOT NULL
);

ALTER TABLE exposure ALTER COLUMN low DROP NOT NULL;
ALTER TABLE exposure ALTER COLUMN best DROP NOT NULL;
ALTER TABLE exposure ALTER COLUMN high DROP NOT NULL;
ALTER TABLE exposure ALTER COLUMN static DROP NOT NULL;
ALTER TABLE exposure_admin ALTER COLUMN low DROP NOT NULL;
ALTER TABLE exposure_admin ALTER COLUMN best DROP NOT NULL;
ALTER TABLE exposure_admin ALTER COLUMN high DROP NOT NULL;
ALTER TABLE exposure_admin ALTER COLUMN static DROP NOT NULL;
ALTER TABLE unit_people ALTER COLUMN low DROP NOT NULL;
ALTER TABLE unit_people ALTER COLUMN best DROP NOT NULL;
ALTER TABLE unit_people ALTER COLUMN high DROP NOT NULL;
ALTER TABLE unit_people ALTER COLUMN static DROP NOT NULL;
ALTER TABLE unit_people ALTER COLUMN factor DROP NOT NULL;
