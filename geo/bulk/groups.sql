-- The groups of events (see geo/events), in the order in which they first stand in the table.
CREATE TABLE groups AS
SELECT by_group AS label, row_number() OVER (ORDER BY min(number)) - 1 AS group_no
FROM events
GROUP BY by_group
