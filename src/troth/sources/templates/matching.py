from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from troth.kernel.errors import SourceError
from troth.query import identifier
from troth.record import Engine
from troth.sources import dialect as dialects
from troth.sources.address import Address
from troth.sources.readers import opened

TEMPLATES = ("olist",)


@dataclass(frozen=True, slots=True)
class Match:
    """A folder recognised by a template: the book's documents as plain data, and what the match rests on."""

    name: str
    says: str
    zone: str | None
    currency: str | None
    sources: Mapping[str, Mapping[str, Any]]
    promises: Mapping[str, Mapping[str, Any]]
    evidence: tuple[str, ...]


def match(engine: Engine, files: Sequence[Path]) -> Match | None:
    """The template whose every table is found, by column names, among the files."""
    headers = {file: set(columns) for file in files if (columns := _columns(file))}
    for name in TEMPLATES:
        found = _match(engine, _template(name), headers)
        if found is not None:
            return found
    return None


def _columns(file: Path) -> tuple[str, ...]:
    if file.suffix.lower() not in (".csv", ".tsv", ".txt"):
        return ()
    try:
        return dialects.sniff(file).columns
    except (SourceError, OSError):
        return ()


def _template(name: str) -> dict[str, Any]:
    text = resources.files("troth.sources.templates").joinpath(name, "template.yaml").read_text(encoding="utf-8")
    loaded = yaml.safe_load(text)
    assert isinstance(loaded, dict)
    return loaded


def _match(engine: Engine, template: Mapping[str, Any], headers: Mapping[Path, set[str]]) -> Match | None:
    tables: dict[str, Path] = {}
    for table, columns in template["tables"].items():
        fitting = [file for file, header in headers.items() if header >= set(columns)]
        if len(fitting) != 1:
            return None
        tables[table] = fitting[0]
    sources = {
        name: {"files": [tables[name].name], "contract": {"full_extract": True}, **source} for name, source in template["sources"].items()
    }
    evidence = [f"{len(tables)} files have the columns of the template '{template['name']}'"]
    for table, published in template.get("published", {}).items():
        sample, words = _sample(engine, tables[table], published)
        evidence.append(words)
        if sample:
            sources[table]["sample"] = sample
    return Match(
        template["name"],
        template["says"],
        template.get("zone"),
        template.get("currency"),
        sources,
        template["promises"],
        tuple(evidence),
    )


def _sample(engine: Engine, file: Path, published: Mapping[str, Any]) -> tuple[dict[str, Any] | None, str]:
    """Strata of which the file holds fewer rows than were published."""
    column = identifier(published["stratum"])
    with opened(engine, Address(file), "published", counted=False) as table:
        seen = dict(engine.rows(f"SELECT {column}, count(*) FROM {table.relation} GROUP BY 1"))
    population: Mapping[str, int] = published["population"]
    fewer = {name: count for name, count in population.items() if 0 < int(seen.get(name, 0)) < count}
    total, whole = sum(int(n) for n in seen.values()), sum(population.values())
    if not fewer:
        return None, f"all {whole:,} published rows are here: no sample"
    rates = ", ".join(f"'{name}' one in {count / int(seen[name]):.2f}" for name, count in fewer.items())
    words = f"{total:,} of the {whole:,} published rows: a sample of {rates}; the other statuses are complete"
    return {"stratum": published["stratum"], "population": fewer}, words
