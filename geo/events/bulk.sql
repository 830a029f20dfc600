-- Rows of `incoming` (see geo/events/bulk.py) to `checked`: each with the reason why it can't be
-- used, or none. Every row is in `checked`; `events` are those without a reason, of an event that
-- is there several times the last.
CREATE TABLE checked AS
WITH typed AS (
    SELECT
        number,
        nullif(trim(CAST(event_id AS VARCHAR)), '') AS event_id,
        nullif(trim(CAST(lon AS VARCHAR)), '') AS lon_text,
        nullif(trim(CAST(lat AS VARCHAR)), '') AS lat_text,
        TRY_CAST(lon AS DOUBLE) AS lon,
        TRY_CAST(lat AS DOUBLE) AS lat,
        nullif(trim(CAST(radius_km AS VARCHAR)), '') AS radius_text,
        TRY_CAST(radius_km AS DOUBLE) AS radius_km,
        nullif(trim(CAST(geo_precision AS VARCHAR)), '') AS precision_text,
        TRY_CAST(geo_precision AS DOUBLE) AS precision_code,
        nullif(trim(CAST(fatalities AS VARCHAR)), '') AS fatalities_text,
        TRY_CAST(fatalities AS DOUBLE) AS fatalities,
        nullif(trim(CAST(event_date AS VARCHAR)), '') AS date_text,
        nullif(trim(CAST(by_group AS VARCHAR)), '') AS by_group
    FROM incoming
)
SELECT
    number,
    coalesce(event_id, 'row-' || number) AS event_id,
    lon,
    lat,
    radius_km,
    CAST(precision_code AS INTEGER) AS precision_code,
    by_group,
    CASE
        WHEN lon_text IS NULL THEN 'longitude is missing'
        WHEN lat_text IS NULL THEN 'latitude is missing'
        WHEN lon IS NULL OR NOT isfinite(lon)
            THEN 'longitude ''' || left(lon_text, 40) || ''': expected a number with a decimal point'
        WHEN lat IS NULL OR NOT isfinite(lat)
            THEN 'latitude ''' || left(lat_text, 40) || ''': expected a number with a decimal point'
        WHEN abs(lon) > 180 THEN 'longitude ' || lon_text || ': expected degrees from -180 to 180'
        WHEN abs(lat) > 90 THEN 'latitude ' || lat_text || ': expected degrees from -90 to 90'
        WHEN lon = 0 AND lat = 0 THEN 'position 0, 0: a missing position, not a place'
        WHEN radius_text IS NOT NULL AND NOT coalesce(radius_km > 0 AND radius_km <= 500, false)
            THEN 'radius_km ''' || left(radius_text, 40) || ''': expected more than 0 and at most 500'
        WHEN precision_text IS NOT NULL
            AND NOT coalesce(precision_code IN (1, 2, 3, 4, 5, 6, 7), false)
            THEN 'geo_precision ''' || left(precision_text, 40)
                || ''': expected 1 (exact) to 7 (coarsest)'
        WHEN fatalities_text IS NOT NULL
            AND NOT coalesce(fatalities >= 0 AND fatalities = floor(fatalities), false)
            THEN 'fatalities ''' || left(fatalities_text, 40)
                || ''': expected a whole number of persons, zero or more'
        WHEN regexp_full_match(split_part(date_text, ' ', 1),
            '\d{1,4}[/.]\d{1,2}[/.]\d{1,4}|\d{1,2}-\d{1,2}-\d{2,4}')
            THEN 'date ''' || left(date_text, 40)
                || ''': expected YYYY-MM-DD; other numeric forms are ambiguous'
        WHEN year(TRY_CAST(date_text AS DATE)) < 1900
            THEN 'date ''' || left(date_text, 40) || ''': expected a year from 1900 on'
    END AS reason
FROM typed;

CREATE TABLE events AS
SELECT
    number, event_id, lon, lat, radius_km, NULL::DOUBLE AS type_radius_km,
    coalesce([0, 25, 75, 150, 150, 500, 1000][precision_code], 0)::DOUBLE AS precision_km, precision_code, by_group
FROM checked
WHERE reason IS NULL
QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY number DESC) = 1
ORDER BY number
