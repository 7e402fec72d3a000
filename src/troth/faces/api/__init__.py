"""REST: what the pages show, for programs, by the same use cases and cut to the same scope."""

from troth.faces.api.describing import router as described
from troth.faces.api.operations import router as answering

ROUTERS = (described, answering)

__all__ = ["ROUTERS"]
