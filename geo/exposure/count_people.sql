-- People in every piece (a zone within one administrative unit): spans x cells, in whole numbers.
-- A span covers the part x0..x1 of a scanline, in 1/4096 columns; a cell's people count by the
-- part of the cell that is covered, a K-th for each of its K scanlines. Equality on the row and
-- on the block of 64 columns comes before the range test. One division, at the very end.
INSERT INTO pieces
WITH span_blocks AS (
    SELECT *, unnest(range(x0 // (64 * 4096), (x1 - 1) // (64 * 4096) + 1)) AS block
    FROM spans
    WHERE grid_id = $grid_id
),
covered AS (
    SELECT
        span_blocks.zone_id,
        span_blocks.pcode,
        cells.people_fp,
        -- a thousandth of a square metre, so that areas add up in any order too
        CAST(round(cells.area_km2 * 1e9) AS BIGINT) AS area_fp,
        least(span_blocks.x1, (cells.col + 1) * 4096)
            - greatest(span_blocks.x0, cells.col * 4096) AS width
    FROM span_blocks
    JOIN cells
        ON cells.grid_id = span_blocks.grid_id
        AND cells.row = span_blocks.row
        AND cells.block = span_blocks.block
        AND cells.col * 4096 < span_blocks.x1
        AND (cells.col + 1) * 4096 > span_blocks.x0
),
sums AS (
    SELECT
        zone_id,
        pcode,
        sum(coalesce(people_fp, 0) * width) AS people_sum,
        coalesce(sum(area_fp * width) FILTER (people_fp IS NOT NULL), 0) AS valid_sum,
        coalesce(sum(area_fp * width) FILTER (people_fp IS NULL), 0) AS nodata_sum
    FROM covered
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
