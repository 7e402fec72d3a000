"""The append-only, hash-chained record of what was done, with the manifest of snapshots and projections beside it."""
