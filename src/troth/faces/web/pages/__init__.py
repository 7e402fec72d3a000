"""The pages, a file each."""

from troth.faces.web.pages import customers, data, measures, monday, orders, promises, roles, rules, units

ROUTERS = (
    *(monday.router, promises.router, measures.router, data.router, rules.router),
    *(units.router, roles.router, orders.router, customers.router),
)

__all__ = ["ROUTERS"]
