"""Where it lives: the lake of Parquet files, the journal that says which are in force, a lake in memory."""
