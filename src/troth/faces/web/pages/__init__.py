"""The pages, a file each."""

from troth.faces.web.pages import data, measures, monday, promises, roles, rules, units

ROUTERS = (
    *(monday.router, promises.router, measures.router, data.router, rules.router),
    *(units.router, roles.router),
)

__all__ = ["ROUTERS"]
