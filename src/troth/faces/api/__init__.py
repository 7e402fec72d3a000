"""REST: what the pages show, for programs, by the same use cases and cut to the same scope."""

from troth.faces.api.describing import router as description
from troth.faces.api.operations import router as operations

ROUTERS = (description, operations)

__all__ = ["ROUTERS"]
