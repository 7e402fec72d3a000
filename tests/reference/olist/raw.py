"""The raw Olist files as DuckDB tables, and what every figure is made of.

All instants are compared as they are written, in local time. Weights: status delivered
96478/5172, every other status 1.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb

HERE = Path(__file__).resolve().parent
POPULATION, SAMPLED = 96478, 5172
WEIGHT = Fraction(POPULATION, SAMPLED)
AS_OF = "timestamp '2018-10-17 17:30:18'"
SOURCE = "reference: figures.py"


@dataclass(frozen=True, slots=True)
class Figure:
    """One aggregate. `stated`: what the product page draft says, where it says something."""

    name: str
    value: Any
    definition: str
    stated: Any = None

    def as_json(self) -> dict[str, Any]:
        """The entry of figures.json."""
        entry = {"name": self.name, "value": self.value, "definition": self.definition, "source": SOURCE}
        return entry | ({} if self.stated is None else {"stated": self.stated})


def folder() -> Path:
    """Where the raw files are."""
    given = os.environ.get("TROTH_DATA")
    root = Path(given) if given else HERE.parents[2].parent / "shared" / "data"
    return root / "olist"


class Olist:
    """The raw files as DuckDB tables: `x` one row per order, `limits`, `paid`, `answer` (latest of each order)."""

    def __init__(self, at: Path) -> None:
        self.db = duckdb.connect()
        for name in ("orders", "order_items", "order_payments", "order_reviews", "customers"):
            path = str(at / f"olist_{name}_dataset.csv").replace("'", "''")
            self.db.execute(f"create table {name} as select * from read_csv('{path}', all_varchar=true, header=true)")
        self.db.execute(f"""
            create table limits as select order_id, max(shipping_limit_date::timestamp) lim from order_items group by 1;
            create table paid as select order_id, sum(payment_value::decimal(18,2)) amount
                from order_payments group by 1;
            create table answer as
                select order_id, review_score::int stars, review_creation_date::timestamp asked,
                       review_answer_timestamp::timestamp answered
                from order_reviews
                qualify row_number() over (partition by order_id order by review_answer_timestamp::timestamp desc,
                                           review_id desc) = 1;
            create table x as
                select o.order_id, order_status s, customer_unique_id shopper, customer_state state,
                       order_purchase_timestamp::timestamp placed, order_approved_at::timestamp approved,
                       order_delivered_carrier_date::timestamp handed, order_delivered_customer_date::timestamp arrived,
                       order_estimated_delivery_date::timestamp::date promised_day,
                       order_estimated_delivery_date::timestamp::date + interval 1 day due,
                       case when order_status = 'delivered' then {POPULATION}/{SAMPLED}.0::double else 1.0 end w,
                       lim, amount
                from orders o left join customers using (customer_id) left join limits using (order_id)
                     left join paid using (order_id);
            create view due_orders as
                select *, case when arrived < due then 'kept' when arrived >= due then 'late'
                               when s = 'delivered' then 'unknown' else 'nothing' end state_of
                from x where s <> 'canceled' and due <= {AS_OF};
            create view arrivals as select * from x where s = 'delivered' and arrived is not null;
        """)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self.db.sql(sql).fetchall()

    def row(self, sql: str) -> tuple[Any, ...]:
        """The only row of a query."""
        (only,) = self.rows(sql)
        return only


def per_cent(part: float | Fraction, whole: float | Fraction = 1.0, places: int = 2) -> float:
    """A percentage, rounded."""
    return round(100 * float(part) / float(whole), places)


def wilson(kept: int, n: int) -> list[float]:
    """95 % Wilson interval of kept/n, per cent."""
    z, p = 1.959964, kept / n
    middle, half = p + z * z / (2 * n), z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return [per_cent((middle - half) / (1 + z * z / n)), per_cent((middle + half) / (1 + z * z / n))]
