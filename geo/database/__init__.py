"""The run database: one DuckDB file a run, its tables declared once in `schema.sql`."""
