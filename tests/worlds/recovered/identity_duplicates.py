"""Which entries of the CRM are the same customer, and which customer of the ERP each entry is.

Two are one where a telephone number's last eight digits are the same, or the mail address but for capitals, in the same country.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

SQL = """
CREATE TEMP TABLE crm AS SELECT account, country, lower(email) AS mail, right(regexp_replace(phone, '[^0-9]', '', 'g'), 8) AS number
    FROM read_csv('crm_accounts.csv', all_varchar=true);
CREATE TEMP TABLE erp AS SELECT customer_no, country, lower(mail) AS mail, right(regexp_replace(telephone, '[^0-9]', '', 'g'), 8) AS number
    FROM read_csv('erp_customers.csv', delim=';', all_varchar=true);
"""


def recover(data: Path) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    db = duckdb.connect()
    db.execute(f"SET file_search_path = '{data}'; {SQL}")
    same = "JOIN {} AS b ON a.country = b.country AND (a.mail = b.mail OR a.number = b.number)"
    twins = db.execute(f"SELECT a.account, b.account FROM crm AS a {same.format('crm')} WHERE a.account < b.account").fetchall()
    links = db.execute(f"SELECT account, customer_no FROM crm AS a {same.format('erp')}").fetchall()
    return set(twins), set(links)
