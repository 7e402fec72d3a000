"""The most memory that a test's own process held."""

from __future__ import annotations

TELL_PEAK = """
import resource, sys
from pathlib import Path
status = Path("/proc/self/status")
if status.is_file():  # Linux gives a child the ru_maxrss of its parent, which may be a worker that did much else
    print(int(status.read_text().partition("VmHWM:")[2].split()[0]) >> 10)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> (20 if sys.platform == "darwin" else 10))
"""  # MiB, as the last line
