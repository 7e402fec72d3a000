"""Single persons of staff: by whom nothing is measured. Results stop at the team, the role, the supplier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from troth.kernel.errors import BadValue
from troth.promises.naming import Record
from troth.query import names_in
from troth.query.tree import Binary, Name, Node, OneOf, Text, parts
from troth.sources import Source
from troth.sources.guess.words import says, tokens

RULE = "person-grain"
FEWEST = 8
"""Of how many persons of staff a cell says something at least."""

STAFF = """
^agent ^assignee ^employee ^mitarbeiter ^mitarbeitend ^clerk ^bearbeiter ^sachbearbeiter ^technician ^techniker ^medewerker ^tecnico
^atendente ^driver ^fahrer ^cashier ^kassierer ^worker ^handler ^picker ^dispatcher
"""
LABEL = "=id =ids =code =number =no =nr =key =name =ref"
COMPARED = frozenset({"=", "!="})
NEXT = "Ask by the team, the role or the unit. `staff` in company.yaml says which names are of single persons."


def staff_in(told: tuple[str, ...] | None, sources: Iterable[Source], attributes: Mapping[str, Mapping[str, str]]) -> frozenset[str]:
    """The object types and attributes that name one person of staff, and as type.name what of such a type is personal.

    told: as company.yaml says it; without it they are known by their names, technician and agent_id, but no agent_team.
    """
    texts = {name for named in attributes.values() for name, kind in named.items() if kind == "text"}
    found = set(told) if told is not None else {name for name in {*attributes, *texts} if _of_staff(name)}
    for source in sources:
        thing = source.object
        if thing is not None and thing.type in found:
            found |= {f"{thing.type}.{name}" for name, one in thing.attributes.items() if source.personal.get(one.column)}
    return frozenset(found)


def person_in(tree: Node, subject: str, record: Record) -> Name | None:
    """The first name in a tree that tells single persons of staff apart; None where all tell more than one together."""
    return next((name for name in names_in(tree) if _tells(name, subject, record)), None)


def singled_out(tree: Node, subject: str, record: Record) -> Name | None:
    """The first such name that is compared with somebody's own, so that a figure would be of one person or of all but one."""
    return next(_singled_out(tree, subject, record), None)


def refuse_persons(tree: Node, subject: str, record: Record) -> None:
    """Raises BadValue for what would slice by single persons of staff."""
    name = person_in(tree, subject, record)
    if name is not None:
        raise BadValue("nothing is measured by single persons of staff", got=f"'{name.dotted}'", next_step=NEXT)


def _of_staff(name: str) -> bool:
    words = list(tokens(name))
    while len(words) > 1 and says(words[-1], LABEL):
        words.pop()
    return bool(words) and says(words[-1], STAFF)


def _tells(name: Name, subject: str, record: Record) -> bool:
    *_, owner, last = (subject, *name.path)
    return last in record.staff or f"{owner}.{last}" in record.staff


def _singled_out(node: Node, subject: str, record: Record) -> Iterator[Name]:
    sides: tuple[Node, ...] = ()
    if isinstance(node, Binary) and node.operator in COMPARED:
        sides = (node.left, node.right)
    elif isinstance(node, OneOf):
        sides = (node.operand, *node.choices)
    if any(isinstance(side, Text) for side in sides):
        found = (person_in(side, subject, record) for side in sides)
        yield from (name for name in found if name is not None)
    for part in parts(node):
        yield from _singled_out(part, subject, record)
