"""What happened: events, objects, relations, feedback, money; and the ports to keep and read them."""

from troth.record.derive import as_of, make_steps, make_strata
from troth.record.ports import Column, Engine, Lake, Part, Snapshot, StoredFile

__all__ = ["Column", "Engine", "Lake", "Part", "Snapshot", "StoredFile", "as_of", "make_steps", "make_strata"]
