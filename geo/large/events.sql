-- A table's events, as geo/events/table.py makes them one by one.
SELECT
    left(event_id, 2000) AS event_id,
    CASE WHEN event_type IS NULL OR event_type = '' THEN 'violence'
        ELSE coalesce(nullif(trim(regexp_replace(
            lower(left(event_type, 2000)), '[^a-z0-9]+', '-', 'g'), '-'), ''), 'event')
    END AS kind,
    coalesce(nullif(role, ''), 'site') AS role,
    coalesce(nullif(modality, ''), 'actual') AS modality,
    event_date AS date,
    place_id,
    nullif(left(notes, 2000), '') AS evidence,
    radius_km,
    fatalities,
    nullif(left(event_type, 2000), '') AS event_type
FROM placed
ORDER BY number
