"""Sentences that promise something are found in published texts, and few others are; HTML is read as its reader sees it."""

from __future__ import annotations

import pytest

from tests.promises.terms_pages import ENGLISH, GERMAN, PORTUGUESE
from troth.promises.commitments import candidates_in, plain, published, same, sentences_in
from troth.worlds import Plan
from troth.worlds.meridian.registers import terms


@pytest.mark.parametrize("seed", range(20, 30))
def test_nine_in_ten_planted_commitments_of_meridian_are_candidates(seed: int) -> None:
    page, planted = terms(Plan(seed, 200, 6, {"commitments": 16}))

    found = candidates_in(page)

    assert len(set(found) & set(planted)) >= 0.9 * len(planted)
    assert len(set(found) - set(planted)) <= 0.1 * len(found)


def test_a_page_without_commitments_has_hardly_a_candidate() -> None:
    page, planted = terms(Plan(3, 200, 6, {"commitments": 0}))

    assert planted == []
    assert candidates_in(page) == []


@pytest.mark.parametrize(("promising", "other"), [ENGLISH, GERMAN, PORTUGUESE], ids=["english", "german", "portuguese"])
def test_recall_and_false_candidates_in_each_language(promising: list[str], other: list[str]) -> None:
    sentences = [sentence for pair in zip(promising, [*other, *[""] * 9], strict=False) for sentence in pair if sentence]

    found = set(candidates_in(" ".join(sentences)))

    assert len(found & set(promising)) >= 0.9 * len(promising), sorted(set(promising) - found)
    assert len(found - set(promising)) <= 0.1 * len(found), sorted(found - set(promising))


def test_sentences_of_a_page() -> None:
    text = """# Terms of sale

As of 2 January 2024

We deliver e.g. within
two days. Really!  See no. 7 of **our** rules.
- Returns are refunded within 5 days
- Ask Mr. Miller, he answers at once
Too short.
"""
    assert list(sentences_in(text)) == [
        "As of 2 January 2024",
        "We deliver e.g. within two days.",
        "See no. 7 of our rules.",
        "Returns are refunded within 5 days",
        "Ask Mr. Miller, he answers at once Too short.",
    ]


def test_a_sentence_that_stands_twice_is_one_candidate() -> None:
    assert candidates_in("We answer within a day. Call us now please. We answer within a day.") == ["We answer within a day."]


def test_html_is_read_as_its_reader_sees_it() -> None:
    html = """<!DOCTYPE html><html><head><title>Never within a day of us</title><style>p{}</style></head><body>
    <h1>Terms</h1><ul><li>We answer <b>within</b> one&nbsp;day</li><li>You pay in 30 days&#46;</li></ul>
    <script>var promise = "within two days";</script><p>Refunds <!-- never -->come within a week.<p>Unclosed <div>last"""

    assert plain(html).split("\n\n") == [
        "Terms", "We answer within one day", "You pay in 30 days.", "Refunds come within a week.", "Unclosed", "last",
    ]  # fmt: skip
    assert candidates_in(published("terms.html", html).body) == [
        "We answer within one day", "You pay in 30 days.", "Refunds come within a week.",
    ]  # fmt: skip


def test_what_stands_in_front_is_read() -> None:
    found = published("t.md", '---\nsource: "https://example.org/terms"\non: 2024-01-02\nempty:\n---\n\nWe answer within a day.\n')

    assert (found.source, found.on) == ("https://example.org/terms", "2024-01-02")
    assert candidates_in(found.body) == ["We answer within a day."]


@pytest.mark.parametrize("text", ["---\nWe answer within a day.\n", "We answer within a day.", "---\n---\nWe answer within a day."])
def test_a_text_without_anything_in_front_is_read_whole(text: str) -> None:
    found = published("t.md", text)

    assert (found.source, found.on) == (None, None)
    assert candidates_in(found.body)[-1].endswith("We answer within a day.")


def test_quotes_marks_and_lines_make_no_difference() -> None:
    assert same("We’ll  **answer**\nwithin “a day”") == same('we\'ll answer within "a day"')
    assert same("within a day") != same("within two days")
