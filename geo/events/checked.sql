-- Every row of `incoming`, typed, with a code and a reason in words where it can't be used. Nothing is
-- joined, so that rows stream through.
WITH typed AS (
    SELECT
        incoming.* REPLACE (
            lower(role) AS role,
            lower(modality) AS modality
        ),
        read_number(lon, $decimal_comma) AS x,
        read_number(lat, $decimal_comma) AS y,
        $decimal_comma AND (contains(lon, ',') OR contains(lat, ',')) AS has_comma,
        read_figure(radius_km) AS radius_text,
        read_number(read_figure(radius_km), $decimal_comma) AS radius,
        read_figure(geo_precision) AS level_text,
        read_figure(fatalities) AS fatalities_text,
        TRY_CAST(read_figure(fatalities) AS DOUBLE) AS killed,
        CASE WHEN $garbled OR number = 1 THEN concat_ws(chr(31), event_id, lon, lat, event_date,
            event_type, sub_event_type, geo_precision, radius_km, fatalities, name, country, notes,
            role, modality, updated, by_group)
        END AS cells
    FROM incoming
),
coded AS (
    SELECT
        typed.*,
        CASE
            WHEN number = 1
                AND regexp_full_match(cells, '#[A-Za-z][^\x1f]*(\x1f#[A-Za-z][^\x1f]*)*')
                THEN 'hxl-tags'
            WHEN $garbled AND contains(cells, chr(65533)) THEN 'encoding'
            WHEN lon IS NULL AND lat IS NULL
                AND coalesce(event_id, event_date, event_type, name, notes) IS NULL THEN 'empty'
            WHEN lon IS NULL THEN 'lon-missing'
            WHEN lat IS NULL THEN 'lat-missing'
            WHEN NOT coalesce(isfinite(x), false) THEN 'lon-number'
            WHEN NOT coalesce(isfinite(y), false) THEN 'lat-number'
            WHEN x > 180 AND x <= 360 THEN 'lon-360'
            WHEN abs(x) > 180 THEN 'lon-range'
            WHEN abs(y) > 90 THEN 'lat-range'
            WHEN x = 0 AND y = 0 AND NOT $keep_unplaced THEN 'null-island'
            WHEN radius_text IS NOT NULL AND NOT coalesce(radius > 0 AND radius <= $most_km, false)
                THEN 'radius'
            WHEN level_text IS NOT NULL AND level IS NULL THEN 'precision'
            WHEN fatalities_text IS NOT NULL
                AND NOT coalesce(killed >= 0 AND killed <= 1e9 AND killed = floor(killed), false)
                THEN 'fatalities'
            WHEN date_fault IS NOT NULL THEN date_fault
            WHEN year(day) < 1900 THEN 'date-year'
            WHEN role NOT IN ('venue', 'threatened', 'site') THEN 'role'
            WHEN modality NOT IN ('actual', 'threatened', 'planned', 'past', 'denied')
                THEN 'modality'
        END AS code
    FROM typed
)
SELECT
    number,
    coalesce(event_id, 'row-' || number) AS event_id,
    coalesce(TRY_CAST(updated AS DOUBLE), epoch(TRY_CAST(updated AS TIMESTAMP))) AS updated,
    x AS lon,
    y AS lat,
    has_comma,
    radius AS radius_km,
    type_radius_km,
    level,
    level_km,
    by_group,
    event_type,
    day AS event_date,
    length(event_date) > 10
        AND regexp_matches(event_date, '\d:\d\d.*(Z|z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)$') AS zoned,
    CASE WHEN code IS NULL THEN CAST(killed AS BIGINT) END AS fatalities,
    iso2 AS country,
    name,
    notes,
    role,
    modality,
    code,
    CASE code
        WHEN 'hxl-tags' THEN 'HXL tag row'
        WHEN 'empty' THEN 'the row is empty'
        WHEN 'encoding' THEN 'text that is no ' || $encoding
        WHEN 'lon-missing' THEN 'longitude is missing'
        WHEN 'lat-missing' THEN 'latitude is missing'
        WHEN 'lon-number' THEN 'longitude ''' || shown(lon)
            || ''': expected a number with a decimal point'
        WHEN 'lat-number' THEN 'latitude ''' || shown(lat)
            || ''': expected a number with a decimal point'
        WHEN 'lon-360' THEN 'longitude ' || shown(lon)
            || ': expected degrees from -180 to 180; if it is counted from 0 to 360, subtract 360'
        WHEN 'lon-range' THEN 'longitude ' || shown(lon) || ': expected degrees from -180 to 180'
        WHEN 'lat-range' THEN 'latitude ' || shown(lat) || ': expected degrees from -90 to 90'
        WHEN 'null-island' THEN 'position 0, 0: a missing position, not a place'
        WHEN 'radius' THEN 'radius_km ''' || shown(radius_km)
            || ''': expected more than 0 and at most ' || CAST($most_km AS INTEGER)
        WHEN 'precision' THEN 'geo_precision ''' || shown(geo_precision)
            || ''': expected 1 (exact) to ' || $coarsest || ' (coarsest)'
        WHEN 'fatalities' THEN 'fatalities ''' || shown(fatalities)
            || ''': expected a whole number of persons, zero or more'
        WHEN 'date-ambiguous' THEN 'date ''' || shown(event_date)
            || ''': expected YYYY-MM-DD; other numeric forms are ambiguous'
            || coalesce(' unless they are ' || $date_format || ', as declared', ' unless declared')
        WHEN 'date-form' THEN 'date ''' || shown(event_date)
            || ''': no day; expected YYYY-MM-DD' || coalesce(' or ' || $date_format, '')
        WHEN 'date-year' THEN 'date ''' || shown(event_date)
            || ''': expected a year from 1900 on'
        WHEN 'role' THEN 'role ''' || shown(role)
            || ''': expected one of venue, threatened, site'
        WHEN 'modality' THEN 'modality ''' || shown(modality)
            || ''': expected one of actual, threatened, planned, past, denied'
    END AS reason
FROM coded
