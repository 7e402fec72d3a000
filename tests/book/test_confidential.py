"""What is kept in git is read by many and for ever: no secret, no name, mail or phone of a person stands in a book.

What is refused stops a build, so that what only looks like a phone number or a name must pass. The tables are the judgement.
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from time import perf_counter
from typing import Any

import pytest

from tests.book.books import CHECKS, opened
from troth.book import Checks, Kind, Part
from troth.book.confidential import confidential
from troth.book.document import Problem
from troth.book.loading import read

MAIL, PHONE, PERSON = "a mail address", "a phone number", "a person's name"
PASSWORD, SECRET = "a password does not stand in a book: write env:NAME", "a secret does not stand in a book: write env:NAME and set NAME"


class Login(Part):
    user: str | None = None
    password: str | int | None = None
    api_key: str | None = None


class Connector(Part):
    url: str | None = None
    password: str | int | None = None
    token: str | None = None
    tokens: tuple[str, ...] = ()
    api_key: str | None = None
    clientSecret: str | None = None  # noqa: N815  as the systems have it from whose manuals it is copied
    db_dsn: str | None = None
    login: Login | None = None
    key: str | None = None
    token_count: int | None = None


CONNECTORS = Checks((*CHECKS.kinds, Kind("connectors", Connector)), CHECKS.lints)


def found(text: str, file: str = "promises/x.yaml") -> list[Problem]:
    return list(confidential(read(text, PurePosixPath(file), "promises", None)[0]))


@pytest.mark.parametrize(
    ("words", "what", "at"),
    [
        ("ana@example.org", MAIL, 1),
        ("write to ana.maria+x@mail.example.co.uk.", MAIL, 10),
        ("Ana <ana@example.org>", MAIL, 6),
        ("mailto:ana@example.org", MAIL, 8),
        ("josé@exämple.org", MAIL, 1),
        ("+49 30 1234567", PHONE, 1),
        ("dial +493012345678", PHONE, 6),
        ("+49 (0)30 1234567", PHONE, 1),
        ("+55 (11) 91234-5678", PHONE, 1),
        ("+1 (555) 123-4567", PHONE, 1),
        ("tel:+493012345678", PHONE, 5),
        ("Tel.+49 30 1234567", PHONE, 5),
        ("Tel 01512345678", PHONE, 5),
        ("call 0151-2345678 at night", PHONE, 6),
        ("mobile no. 555-123-4567", PHONE, 12),
        ("(030) 1234567", PHONE, 1),
        ("(555) 123-4567", PHONE, 1),
        ("at 030/1234567", PHONE, 4),
        ("at 030 123 45 67", PHONE, 4),
        ("0151 23456789", PHONE, 1),
        ("0049 30 1234567", PHONE, 1),
        ("from 2026-03-01 14:00 on call +49 30 1234567", PHONE, 31),
        ("order 4500012345, phone 4500012345", PHONE, 25),
        ("ask Sra. Ana Souza", PERSON, 5),
        ("Dr. Huber", PERSON, 1),
        ("ask Frau Dr. Huber", PERSON, 5),
        ("Prof. Dr. Müller", PERSON, 1),
        ("Mr. O'Neil", PERSON, 1),
        ("Señor Gómez", PERSON, 1),
        ("Herr von Berg", PERSON, 1),
        ("Monsieur de La Tour", PERSON, 1),
        ("Miss Ana", PERSON, 1),
        ("postgres://u:hunter2@db/x", PASSWORD, 14),
        ("POSTGRES://u:hunter2@db/x", PASSWORD, 14),
        ("amqp://:hunter2@mq", PASSWORD, 9),
        ("https://u:hun%40ter2@h", PASSWORD, 11),
        ("postgresql://env:DB_USER:hunter2@db", PASSWORD, 26),
        ("jdbc:postgresql://db?user=x&password=hunter2", PASSWORD, 38),
        ("Server=db;Password=hunter2;", PASSWORD, 20),
        ("https://h/x?api_key=hunter2", PASSWORD, 21),
    ],
)
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_it_is_refused_at_its_place(words: str, what: str, at: int, quote: str) -> None:
    if quote == "'":
        words = words.replace("'", "''")
    (problem,) = found(f"deliver:\n  words: {quote}{words}{quote}\n")

    assert problem.message.startswith(what)
    assert (problem.line, problem.column, problem.level) == (2, 9 + bool(quote) + at, "error")
    assert problem.path == "deliver.words"


@pytest.mark.parametrize(
    "words",
    [
        "order 4500012345 of 2026-01-05",
        "PO 0045-123456",
        "invoice 0012-2345-77",
        "article 07-1234-567",
        "order no. 0123 4567890",
        "# 0123 4567890",
        "SKU 0151-2345678",
        "EAN 4006381333931",
        "ISBN 978-3-16-148410-0",
        "number 0123456789",
        "DE89 3704 0044 0532 0130 00",
        "DE89370400440532013000",
        "GB29 NWBK 6016 1331 9268 19",
        "302-1234567-1234567",
        "2026-03-01 14:00",
        "2026-03-01 to 2026-04-01",
        "01.03.2026 - 31.03.2026",
        "01/03/2026 14:00",
        "call by 2026-03-01 14:00",
        "14:00-18:30",
        "08:00 - 16:30",
        "0800 minutes",
        "within 0-10 days, 24/7",
        "call within 24/7 hours",
        "+5 days",
        "5 +20 30 40",
        "v2.10.3",
        "1.2.3.4",
        "192.168.100.200",
        "https://example.org/a/b?x=1",
        "https://example.org:8443/x",
        "https://user@example.org/x",
        "postgresql://env:DB_USER:env:DB_PASSWORD@db/x",
        "postgresql://u:env:DB_PASSWORD@db/x",
        "https://h/x?api_key=env:API_KEY",
        "env:TOKEN",
        "see the Dr. The rest follows",
        "ask the Dr. He knows",
        "sent to the Dr.",
        "Miss the deadline",
        "Frau am Empfang",
        "Sr buyer",
        "Mr",
        "@home",
        "a @ b",
        "@acme/widgets",
        "placed + 5d",
        "order.status = 'canceled'",
    ],
)
@pytest.mark.parametrize("comment", [False, True])
def test_it_passes(words: str, comment: bool) -> None:  # noqa: FBT001
    text = f"deliver:\n  due: placed\n  # {words}\n" if comment else f"deliver:\n  words: {json.dumps(words, ensure_ascii=False)}\n"

    assert found(text) == []


@pytest.mark.parametrize("words", ["Ana Souza", "ask ana", "mr. smith", "0151-2345678", "555-123-4567", "01512345678"])
def test_what_could_be_anything_goes_unseen(words: str) -> None:
    """Known limits: a name without a title, and a number that could as well be an order's."""
    assert found(f"deliver:\n  words: {words}\n") == []


@pytest.mark.parametrize("words", ["Dr. Oetker", "Madame Tussauds", "the Mrs. Robinson clause"])
def test_a_company_that_is_called_like_a_person_is_taken_for_one(words: str) -> None:
    """Known limits too: write the id that the customer has in the data."""
    assert [problem.message.startswith(PERSON) for problem in found(f"deliver:\n  words: {words}\n")] == [True]


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ("  password: hunter2\n", "2:13: shop.password"),
        ("  password: 'hunter2'\n", "2:14: shop.password"),
        ("  password: 20261125\n", "2:13: shop.password"),
        ("  'password' : hunter2\n", "2:16: shop.password"),
        ("  token: hunter2\n", "2:10: shop.token"),
        ("  tokens: [env:ONE, hunter2]\n", "2:21: shop.tokens.1"),
        ("  api_key: hunter2\n", "2:12: shop.api_key"),
        ("  clientSecret: hunter2\n", "2:17: shop.clientSecret"),
        ("  db_dsn: hunter2\n", "2:11: shop.db_dsn"),
        ("  login:\n    user: shop\n    password: hunter2\n", "4:15: shop.login.password"),
        ('  login: {api_key: "env:"}\n', "2:21: shop.login.api_key"),
        ("  token: env:MY TOKEN\n", "2:10: shop.token"),
        ("  token: $TOKEN\n", "2:10: shop.token"),
        ("  db_dsn: postgresql://u:env:DB@h/x\n", "2:11: shop.db_dsn"),
    ],
)
def test_a_secret_is_given_from_outside_only(lines: str, place: str) -> None:
    (problem,) = opened({"connectors/shop.yaml": f"shop:\n{lines}"}, checks=CONNECTORS)[1]

    assert problem == f"connectors/shop.yaml:{place}: {SECRET} in the environment"


@pytest.mark.parametrize(
    "lines",
    [
        "  password: env:SHOP_PASSWORD\n  token: 'env:T'\n  api_key: env:_k1\n  db_dsn: env:DSN\n",
        "  tokens: [env:ONE, env:TWO]\n  login: {user: shop, password: env:P}\n",
        "  key: order_id\n  token_count: 5\n",
        "  password: null\n  api_key: ''\n",
        "  url: postgresql://shop:env:SHOP_PASSWORD@db/x\n",
    ],
)
def test_what_comes_from_outside_passes(lines: str) -> None:
    assert opened({"connectors/shop.yaml": f"shop:\n{lines}"}, checks=CONNECTORS)[1] == []


def test_columns_may_be_called_like_secrets() -> None:
    text = "orders:\n  files: [o.csv]\n  key: [id]\n  formats: {token: '%d.%m.%Y'}\n  personal: {password: free_text, api_key: free_text}\n"

    assert opened({"sources/o.yaml": text})[1] == []


@pytest.mark.parametrize("planted", ["hunter2", "ana@example.org", "+49 30 1234567", "Sra. Ana Souza", "https://u:hunter2@h"])
@pytest.mark.parametrize("key", ["password", "token", "url", "db_dsn"])
def test_what_was_found_is_never_said(key: str, planted: str) -> None:
    if (key, planted) == ("url", "hunter2"):
        return
    text = f"shop:\n  {key}: {planted}\n"
    document = read(text, PurePosixPath("connectors/shop.yaml"), "connectors", None)[0]
    (problem,) = confidential(document)

    assert planted not in f"{problem} {problem.cause}"
    assert "hunter2" not in f"{problem} {problem.cause}"


def test_what_stands_in_a_comment_or_a_name_is_read_as_well() -> None:
    text = "# ask ana@example.org\ndeliver:\n  due: placed   # or +49 30 1234567\n  words: 'no # comment'\n"

    assert [(p.line, p.column, p.message.split(" does")[0]) for p in found(text)] == [(1, 7, MAIL), (3, 22, PHONE)]
    (problem,) = found("deliver:\n  promisor:\n    ana@example.org: x\n")
    assert (problem.line, problem.column) == (3, 5)


def test_a_value_that_looks_like_a_comment_is_told_once() -> None:
    (problem,) = found("deliver:\n  words: 'see # ana@example.org'\n")

    assert (problem.line, problem.column) == (2, 17)


def test_every_value_is_told_for_itself() -> None:
    text = "deliver:\n  words: ana@example.org\n  texts: [ok, +49 30 1234567, {en: ask Frau Huber}]\n"

    assert [(p.line, p.column, p.path) for p in found(text)] == [
        (2, 10, "deliver.words"), (3, 15, "deliver.texts.1"), (3, 40, "deliver.texts.2.en"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["deliver:\n  words: >-\n    ask Frau\n    Huber\n", "deliver:\n  words: |\n    write to\n    ana@example.org\n"]
)
def test_a_text_over_several_lines_is_read_whole(text: str) -> None:
    (problem,) = found(text)

    assert (problem.line, problem.path) == (2, "deliver.words")


def test_looking_takes_no_longer_than_the_text_is_long() -> None:
    long: dict[str, Any] = {
        "digits": "1 " * 20_000, "plus": "+1 (" * 10_000, "noughts": "0" * 40_000, "ats": "a@" * 20_000, "dots": "a@b" + ".b" * 20_000,
        "titles": "Dr. " * 10_000, "urls": "a://" * 10_000,
        "names": "Mr A" + "a A" * 10_000, "keys": "token" * 8_000, "tel": "tel 1-" * 7_000,
    }  # fmt: skip
    for name, words in long.items():
        begun = perf_counter()
        found(f"deliver:\n  words: '{words}'\n")
        assert perf_counter() - begun < 2, name
