-- Some rows with a position and a known country, drawn by a fixed rule, to look at more closely.
SELECT country, lon, lat
FROM checked
WHERE country IS NOT NULL AND isfinite(lon) AND isfinite(lat)
ORDER BY (number * 2654435761) % 4294967296
LIMIT $rows
