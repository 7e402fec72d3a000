"""What we write for DuckDB, for other engines: the same figures to the last digit, or a refusal."""

from troth.query.dialects.translating import DIALECTS, Dialect, translated

__all__ = ["DIALECTS", "Dialect", "translated"]
