"""The pages, a file each."""

from troth.faces.web.pages import (
    access,
    account,
    calibrations,
    customers,
    data,
    huddle,
    links,
    me,
    measures,
    monday,
    orders,
    promises,
    reliability,
    rewards,
    roles,
    rules,
    search,
    second_factor,
    signing_in,
    sso,
    units,
    values,
)

ROUTERS = (
    *(monday.router, promises.router, measures.router, data.router, rules.router),
    *(units.router, roles.router, orders.router, customers.router, huddle.router, search.router, reliability.router, calibrations.router),
    *(values.router, rewards.router),
    *(signing_in.router, second_factor.router, sso.router, account.router, access.router, me.router),
    *(links.router,),
)

FIRST = {**monday.FIRST, **promises.FIRST, **measures.FIRST}
"""By key, what is kept of the pages that are opened first."""

__all__ = ["FIRST", "ROUTERS"]
