"""Speed and size against plain DuckDB, in the same run: `./x bench`."""
