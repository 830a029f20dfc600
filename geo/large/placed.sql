-- The rows of `loaded` with their place; what is known better than to a kilometre lies within one.
CREATE TEMP VIEW placed AS
SELECT *, printf('ev:%.5f,%.5f,%g', lon, lat, within_km) AS place_id
FROM (SELECT *, greatest(precision_km, 1.0) AS within_km FROM loaded)
