"""Immutable Parquet files, written and read by an in-process DuckDB; the journal's manifest says which are in force."""
