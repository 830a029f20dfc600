-- People in every piece (a zone within one administrative unit): borders x cells, in whole numbers.
-- A border says by how many of a row's lines, and by what part of a cell, the edge of a piece has
-- people to its west as it passes through that cell: those before the cell (the running totals
-- *_before of `cells`: all further west in the row), and a part of the cell's own. Eastern edges
-- count, western ones are taken away, so each border meets one cell by equality, however wide the
-- piece is. One division, at the very end.
INSERT INTO pieces
WITH sums AS (
    SELECT
        zone_id,
        pcode,
        sum(people_before::HUGEINT * 4096 * lines + coalesce(people_fp, 0)::HUGEINT * part)
            AS people_sum,
        sum(valid_before::HUGEINT * 4096 * lines
            + CASE WHEN people_fp IS NULL THEN 0 ELSE area_fp END::HUGEINT * part) AS valid_sum,
        sum(nodata_before::HUGEINT * 4096 * lines
            + CASE WHEN people_fp IS NULL THEN area_fp ELSE 0 END::HUGEINT * part) AS nodata_sum
    FROM borders
    JOIN cells USING (grid_id, row, col)
    WHERE grid_id = $grid_id
    GROUP BY zone_id, pcode
)
SELECT
    $grid_id AS grid_id,
    zone_id,
    pcode,
    people_sum,
    valid_sum,
    nodata_sum,
    CAST(people_sum AS DOUBLE) / (1048576.0 * 4096 * $scanlines) AS static,
    CAST(valid_sum AS DOUBLE) / (1e9 * 4096 * $scanlines) AS valid_km2,
    CAST(nodata_sum AS DOUBLE) / (1e9 * 4096 * $scanlines) AS nodata_km2
FROM sums
ORDER BY zone_id, pcode NULLS LAST
