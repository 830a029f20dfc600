-- Events whose position passes for exact but is the centre of their country.
CREATE TEMP TABLE central AS
SELECT DISTINCT checked.number, checked.event_id, checked.country
FROM checked
JOIN centres ON centres.iso2 = checked.country
WHERE checked.code IS NULL
    AND coalesce(checked.level_km, 0) < $country_km
    AND abs(checked.lat - centres.lat) <= $near_degrees
    AND abs(checked.lon - centres.lon) * cos(radians(checked.lat)) <= $near_degrees
