-- Rows that can't be used: number, a code that stays, and the reason in words; also those that were
-- set aside while reading, because they had no cells to look at.
CREATE TABLE rejected AS
SELECT number, code, reason FROM checked WHERE code IS NOT NULL
UNION ALL
SELECT number, code, reason FROM incoming_rows
ORDER BY number
