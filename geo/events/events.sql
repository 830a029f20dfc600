-- What is counted and drawn. precision_km: radius within which the event took place, kilometres; 0
-- where the position is exact. type_radius_km: of its event type; NULL: the type is not listed.
SELECT
    checked.number,
    checked.event_id,
    lon,
    lat,
    radius_km,
    type_radius_km,
    CASE
        WHEN lon = 0 AND lat = 0 THEN $nowhere_km
        WHEN central.number IS NOT NULL THEN greatest($country_km, coalesce(level_km, 0))
        ELSE coalesce(level_km, 0)
    END AS precision_km,
    by_group,
    event_type,
    event_date,
    fatalities,
    checked.country,
    CAST(CASE
        WHEN lon = 0 AND lat = 0 THEN 'region'
        WHEN central.number IS NOT NULL OR level >= $country_level THEN 'country'
        ELSE 'point'
    END AS ENUM ('point', 'country', 'region')) AS place_kind,
    name,
    notes,
    role,
    modality
FROM checked
LEFT JOIN central ON central.number = checked.number
WHERE code IS NULL AND checked.number NOT IN (SELECT number FROM superseded)
