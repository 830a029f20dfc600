-- Rows of an event that is there again: of several the one changed last counts, where the export
-- says when (ACLED's timestamp), else the last one in the table.
CREATE TEMP TABLE superseded AS
SELECT number, event_id
FROM checked
WHERE code IS NULL AND event_id IN (
    SELECT event_id FROM checked WHERE code IS NULL GROUP BY event_id HAVING count(*) > 1
)
QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY updated DESC NULLS LAST, number DESC) > 1
