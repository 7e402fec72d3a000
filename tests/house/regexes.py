"""Every regular expression of the product on texts made to make it slow: `python -m tests.house.regexes` prints each before it runs it.

A pattern is taken where `re` is asked to compile it, at import or at a call whose pattern is known at import. For each of its
repetitions there is a text that reaches it, repeats what it repeats for 50 kB, and ends in a sign that fits nowhere.
"""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import re._constants as signs
import re._parser as parser
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LONG = 50_000
MOST_SECONDS = 60
WAYS = ("compile", "search", "match", "fullmatch", "sub", "subn", "findall", "finditer", "split")
#: Where the pattern only ever sees a name of a file, a column, a type or a zone; these are cut to so many signs before.
SHORT = 255


@dataclass(frozen=True, slots=True)
class Found:
    """where: file and line. name: of the pattern, where it has one. ways: how it is asked."""

    where: str
    name: str
    pattern: re.Pattern[Any]
    ways: frozenset[str]


def calls() -> dict[tuple[str, int], tuple[str, ast.Call, str | None]]:
    """(file, line) of each call of `re` -> its way, the call, and the name that its pattern gets."""
    found: dict[tuple[str, int], tuple[str, ast.Call, str | None]] = {}
    for file, tree in _trees():
        named = {id(node.value): target.id for node in ast.walk(tree) if isinstance(node, ast.Assign)
                 for target in node.targets if isinstance(target, ast.Name)}  # fmt: skip
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=way)) if way in WAYS:
                    found[file, node.lineno] = (way, node, named.get(id(node)))
                case _:
                    pass
    return found


def _trees() -> Iterator[tuple[str, ast.Module]]:
    import troth

    for folder in troth.__path__:
        for path in sorted(Path(folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path), ast.parse(path.read_text(encoding="utf-8"))


def _ways() -> dict[tuple[str, str], set[str]]:
    """File and name of a pattern -> how it is asked; under the file '' how any pattern of the name is."""
    found: dict[tuple[str, str], set[str]] = {}
    for file, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in WAYS and isinstance(node.value, ast.Name):
                for place in (file, ""):
                    found.setdefault((place, node.value.id), set()).add(node.attr)
    return found


def found() -> list[Found]:
    """Raises LookupError for a call whose pattern is not to be had."""
    seen = _compiled_at_import()
    ways, made = _ways(), []
    for (file, line), (way, call, name) in calls().items():
        made_later = MADE.get("/".join(Path(file).parts[-2:]))
        try:
            patterns = seen.get((file, line)) or (made_later() if made_later and way == "compile" else [_evaluated(file, call)])
        except LookupError:
            if "/".join(Path(file).parts[-2:]) not in GIVEN:
                raise
            continue
        asked = {way}
        if way == "compile":
            asked = ways.get((file, name or ""), ways.get(("", name or ""), {"fullmatch", "match"}))
        made += [Found(f"{Path(file).name}:{line}", name or "", pattern, frozenset(asked)) for pattern in patterns]
    return made


def _of_the_lexicon() -> list[re.Pattern[Any]]:
    from troth.sources.guess import lexicon, words

    return [words._matcher(said) for name, said in vars(lexicon).items() if name.isupper() and isinstance(said, str) and said[:1] in "=^*~"]


#: Patterns that a book gives: they are compiled to be refused, and run by the engine alone, whose time is linear in the text.
GIVEN = frozenset({"contracts/contract.py", "sources/derived.py"})


def _of_the_templates() -> list[re.Pattern[Any]]:
    from troth.sources.templates.headings import pattern_of
    from troth.sources.templates.template import NAMES, load_template

    forms = [form for name in NAMES for form in load_template(name).forms]
    return [pattern_of(said) for form in forms for names in form.headings.values() for said in names if said.startswith("~")]


#: Patterns that are made when they are asked for, from words that are known.
MADE = {"guess/words.py": _of_the_lexicon, "templates/headings.py": _of_the_templates}


def _compiled_at_import() -> dict[tuple[str, int], list[re.Pattern[Any]]]:
    compiled: dict[tuple[str, int], list[re.Pattern[Any]]] = {}
    real = re.compile

    def recorded(pattern: Any, flags: int = 0) -> Any:
        made = real(pattern, flags)
        frame = sys._getframe(1)
        compiled.setdefault((frame.f_code.co_filename, frame.f_lineno), []).append(made)
        return made

    re.compile = recorded
    try:
        for name in _modules():
            importlib.import_module(name)
    finally:
        re.compile = real
    lines = {(file, line): call for (file, line), (_, call, _) in calls().items()}
    return {
        place: [
            p for (file, line), ps in compiled.items() if file == place[0] and call.lineno <= line <= (call.end_lineno or 0) for p in ps
        ]
        for place, call in lines.items()
    }


def _modules() -> list[str]:
    import troth

    found = [m.name for m in pkgutil.walk_packages(troth.__path__, "troth.") if "migrations" not in m.name]
    return [name for name in found if not name.endswith("__main__")]


def _evaluated(file: str, call: ast.Call) -> re.Pattern[Any]:
    module = next(m for m in list(sys.modules.values()) if getattr(m, "__file__", None) == file)
    flags = next((k.value for k in call.keywords if k.arg == "flags"), call.args[-1] if len(call.args) > 2 else ast.Constant(0))
    try:
        pattern = eval(ast.unparse(call.args[0]), dict(vars(module)))
        given = eval(ast.unparse(flags), dict(vars(module))) if "re." in ast.unparse(flags) else 0
    except NameError as error:
        raise LookupError(f"{file}:{call.lineno}: the pattern is not known at import; compile it where it is") from error
    return re.compile(pattern, given)


def texts(pattern: re.Pattern[Any], length: int) -> list[Any]:
    """Texts that are slow for a pattern in which one thing can be repeated in two ways."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags)
    made = []
    for before, body in _pumps(list(tree), ""):
        unit = body or "a"
        for end in ("", "\x01", "!", "\n"):
            made.append((before + unit * (length // len(unit)) + end)[: length + 100])
    made += [sign * length for sign in 'a0 "<\\|,.-\t'] + ["a0 " * (length // 3), "<a " * (length // 3), "1." * (length // 2)]
    distinct = list(dict.fromkeys(made))
    return [text.encode("latin-1", "replace") for text in distinct] if isinstance(pattern.pattern, bytes) else distinct


def _pumps(nodes: list[Any], before: str) -> Iterator[tuple[str, str]]:
    """For each repetition: a text that reaches it, and what it repeats."""
    reached = before
    for op, given in nodes:
        if op in (signs.MAX_REPEAT, signs.MIN_REPEAT, signs.POSSESSIVE_REPEAT):
            _, most, body = given
            if most == signs.MAXREPEAT or most > 50:
                for choice in range(3):
                    yield reached, _sample(list(body), choice)
            yield from _pumps(list(body), reached)
        elif op is signs.SUBPATTERN:
            yield from _pumps(list(given[3]), reached)
        elif op is signs.BRANCH:
            for branch in given[1]:
                yield from _pumps(list(branch), reached)
        elif op in (signs.ASSERT, signs.ASSERT_NOT):
            yield from _pumps(list(given[1]), reached)
        reached += _sample([(op, given)], 0)


def _sample(nodes: list[Any], choice: int) -> str:
    """A short text that the nodes fit, mostly. choice: which sign of a class."""
    made = ""
    for op, given in nodes:
        if op is signs.LITERAL:
            made += chr(given)
        elif op is signs.NOT_LITERAL:
            made += "a" if given != ord("a") else "b"
        elif op is signs.ANY:
            made += "a"
        elif op is signs.IN:
            made += _of_class(given, choice)
        elif op in (signs.MAX_REPEAT, signs.MIN_REPEAT, signs.POSSESSIVE_REPEAT):
            made += _sample(list(given[2]), choice) * max(given[0], 1)
        elif op is signs.SUBPATTERN:
            made += _sample(list(given[3]), choice)
        elif op is signs.BRANCH:
            made += _sample(list(given[1][choice % len(given[1])]), choice)
    return made


CATEGORIES = {signs.CATEGORY_DIGIT: "0", signs.CATEGORY_SPACE: " ", signs.CATEGORY_WORD: "a", signs.CATEGORY_NOT_SPACE: "a",
              signs.CATEGORY_NOT_DIGIT: "a", signs.CATEGORY_NOT_WORD: " "}  # fmt: skip


def _of_class(given: list[Any], choice: int) -> str:
    if given[0][0] is signs.NEGATE:
        refused = {chr(code) for op, code in given[1:] if op is signs.LITERAL}
        return next(sign for sign in "a0 x" if sign not in refused)
    signs_of = [
        chr(one) if op is signs.LITERAL else chr(one[0]) if op is signs.RANGE else CATEGORIES[one] if op is signs.CATEGORY else "a"
        for op, one in given
    ]
    return signs_of[choice % len(signs_of)]


def main() -> None:
    """Prints a line of JSON before each pattern is tried; the processor's limit ends one that does not come back."""
    known = found()
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    for one in known:
        print(json.dumps({"where": one.where, "pattern": repr(one.pattern.pattern), "ways": sorted(one.ways)}), flush=True)  # noqa: T201
        length = BOUNDS.get(one.name, SHORT if one.where.partition(":")[0] in NAMES else LONG)
        for text in texts(one.pattern, length):
            for way in one.ways:
                asked = getattr(one.pattern, {"compile": "search", "sub": "findall", "subn": "findall", "split": "findall"}.get(way, way))
                answer = asked(text)
                if way == "finditer":
                    sum(1 for _ in answer)
    print(json.dumps({"done": len(known)}), flush=True)  # noqa: T201


#: Longer texts are never asked about: `dialect.is_typed` and `Totals.why` look at the length first, and `_PAIR` sees the inside of a
#: tag that `_TAG` has found well-formed, where blanks stand between attributes only.
BOUNDS = {"_TYPED": 64, "_OF": 80, "_PAIR": 255}
#: See SHORT; an expression has 4,000 signs, which its lexer passes over once and not from each of its blanks.
NAMES = frozenset({"folder.py", "groups.py", "naming.py", "words.py", "parse.py"})


if __name__ == "__main__":
    main()
