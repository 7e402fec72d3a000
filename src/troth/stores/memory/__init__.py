"""The stores in memory, held to the conformance suites of those on disk. Nothing outlives the process."""

from troth.stores.memory.awards import MemoryAwards
from troth.stores.memory.cases import MemoryCases
from troth.stores.memory.databases import MemoryDatabases
from troth.stores.memory.decisions import MemoryDecisions
from troth.stores.memory.history import MemoryHistory
from troth.stores.memory.lake import MemoryLake
from troth.stores.memory.vault import MemoryVault

__all__ = ["MemoryAwards", "MemoryCases", "MemoryDatabases", "MemoryDecisions", "MemoryHistory", "MemoryLake", "MemoryVault"]
