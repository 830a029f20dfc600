-- A figure's cell; one of the words for nothing is nothing.
CREATE OR REPLACE TEMP MACRO read_figure(cell) AS
    CASE WHEN lower(cell) NOT IN ('nan', 'none', 'null', 'n/a', '<na>') THEN cell END;

-- A number as written; with a decimal comma only where commas part no cells.
CREATE OR REPLACE TEMP MACRO read_number(cell, decimal_comma) AS
    TRY_CAST(
        CASE WHEN decimal_comma AND regexp_full_match(cell, '[+-]?\d{1,3},\d+')
            THEN replace(cell, ',', '.')
            ELSE cell END
        AS DOUBLE);

CREATE OR REPLACE TEMP MACRO shown(cell) AS left(cell, 40)
