"""The pages, a file each."""

from troth.faces.web.pages import measures, monday, promises

ROUTERS = (monday.router, promises.router, measures.router)

__all__ = ["ROUTERS"]
