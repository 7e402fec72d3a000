"""The pages, a file each."""

from troth.faces.web.pages import data, measures, monday, promises, rules

ROUTERS = (monday.router, promises.router, measures.router, data.router, rules.router)

__all__ = ["ROUTERS"]
