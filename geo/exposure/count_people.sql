-- People in every piece (a zone within one administrative unit): spans x cells, in whole numbers.
-- A span covers the part x0..x1 of a scanline, in 1/4096 columns; a cell's people count by the
-- part of the cell that is covered, a K-th for each of its K scanlines. A span's people are those
-- before its end less those before its start; those before a place are those of all cells further
-- west in the row (the running totals *_before of `cells`) and the part of its own cell. So each
-- span meets two cells by equality, however long it is. One division, at the very end.
INSERT INTO pieces
WITH ends AS (
    SELECT
        zone_id,
        pcode,
        -- a place on the edge of two cells belongs to the western one, where a span ends
        unnest([x0 // 4096, (x1 - 1) // 4096]) AS col,
        row,
        unnest([x0 % 4096, (x1 - 1) % 4096 + 1]) AS part,
        unnest([-1, 1]) AS sign
    FROM spans
    WHERE grid_id = $grid_id
),
places AS (
    -- many scanlines end in one cell: they are added up before they meet it
    SELECT zone_id, pcode, row, col, sum(sign) AS whole, sum(sign * part) AS parts
    FROM ends
    GROUP BY zone_id, pcode, row, col
),
sums AS (
    SELECT
        zone_id,
        pcode,
        sum(people_before::HUGEINT * 4096 * whole + coalesce(people_fp, 0)::HUGEINT * parts)
            AS people_sum,
        sum(valid_before::HUGEINT * 4096 * whole
            + CASE WHEN people_fp IS NULL THEN 0 ELSE area_fp END::HUGEINT * parts) AS valid_sum,
        sum(nodata_before::HUGEINT * 4096 * whole
            + CASE WHEN people_fp IS NULL THEN area_fp ELSE 0 END::HUGEINT * parts) AS nodata_sum
    FROM places
    JOIN cells USING (row, col)
    WHERE cells.grid_id = $grid_id
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
