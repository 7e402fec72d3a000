"""The pages, a file each."""

from troth.faces.web.pages import monday, promises

ROUTERS = (monday.router, promises.router)

__all__ = ["ROUTERS"]
