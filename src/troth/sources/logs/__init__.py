"""Event logs as others write them: OCEL and XES, in and out."""

from troth.sources.logs.files import read, write_ocel, write_xes
from troth.sources.logs.imported import Imported

__all__ = ["Imported", "read", "write_ocel", "write_xes"]
