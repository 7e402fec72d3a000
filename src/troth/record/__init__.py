"""What happened: events, objects, relations, feedback, money; event logs in columns; and the ports to keep and read them."""

from troth.record.canonical import canonical
from troth.record.derive import as_of, make_steps, make_strata
from troth.record.loads import Load
from troth.record.log import Log
from troth.record.ports import Column, Engine, Lake, Part, Snapshot, StoredFile, Uncleared

__all__ = [
    "Column", "Engine", "Lake", "Load", "Log", "Part", "Snapshot", "StoredFile", "Uncleared", "as_of", "canonical", "make_steps",
    "make_strata",
]  # fmt: skip
