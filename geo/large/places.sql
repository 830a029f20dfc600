-- The places of a table's events, as geo/events/table.py makes them one by one: each once, called as
-- in the first of its rows.
SELECT
    place_id,
    coalesce(nullif(left(name, 2000), ''), printf('%.3f, %.3f', lat, lon)) AS name,
    country,
    CAST(place_kind AS VARCHAR) AS kind,
    lon,
    lat,
    within_km AS precision_km,
    'event table' AS source,
    1.0 AS confidence,
    '[]' AS alternatives
FROM placed
QUALIFY row_number() OVER (PARTITION BY place_id ORDER BY number) = 1
ORDER BY number
