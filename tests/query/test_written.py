from __future__ import annotations

from threading import Thread

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.query.worlds import BOOL, DURATION, INSTANT, MONEY, NUM, scope
from troth.query import Kind, compile_expression
from troth.query.written import written

ASKED = st.one_of(
    st.tuples(BOOL, st.just("bool")),
    st.tuples(INSTANT, st.just("instant")),
    st.tuples(DURATION, st.just("duration")),
    st.tuples(NUM, st.just("num")),
    st.tuples(MONEY, st.just("money")),
)


@settings(max_examples=80)
@given(ASKED)
def test_a_node_is_written_as_by_a_generator_of_its_own_and_stays_as_it_is(asked: tuple[str, Kind]) -> None:
    text, want = asked
    node = compile_expression(text, scope(want)).node
    before, expected = repr(node), node.sql("duckdb")

    assert [written(node), written(node)] == [expected, expected]
    assert repr(node) == before


def test_each_thread_has_its_own_generator() -> None:
    node = compile_expression("placed + 3d", scope()).node
    said: list[str] = []
    threads = [Thread(target=lambda: said.extend(written(node) for _ in range(20))) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert said == [node.sql("duckdb")] * 80
