"""`python -m tests.fuzz NAME --runs N`: atheris on one parser. What it finds is written beside, to be kept in `found/NAME/`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("name", help="a target of tests/fuzz/harness.py")
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=20260105)
    parser.add_argument("--keep", type=Path, default=Path.cwd(), help="folder for what fails")
    asked = parser.parse_args()

    import atheris

    # What is imported before is not seen by the fuzzer.
    with atheris.instrument_imports(include=["troth.sources"]):
        from tests.fuzz.harness import TARGETS, found, said_of, seed
        from troth.stores.lake.engine import DuckEngine

    with TemporaryDirectory(prefix="troth-fuzz-") as scratch:
        corpus, folder, words = Path(scratch) / "corpus", Path(scratch) / "folder", Path(scratch) / "words"
        corpus.mkdir()
        folder.mkdir()
        for number, content in enumerate([seed(asked.name), *found(asked.name)]):
            (corpus / str(number)).write_bytes(content)
        signs = ["".join(f"\\x{byte:02x}" for byte in sign) for sign in TARGETS[asked.name].signs]
        words.write_text("".join(f'"{sign}"\n' for sign in signs))
        engine = DuckEngine(threads=1)

        def one(content: bytes) -> None:
            said_of(asked.name, content, folder, engine)

        given = [
            f"-runs={asked.runs}",
            f"-seed={asked.seed}",
            "-max_len=16384",
            "-timeout=20",
            "-len_control=0",
            "-rss_limit_mb=1024",
            "-print_final_stats=1",
        ]
        given += [f"-dict={words}", f"-artifact_prefix={asked.keep}/"]
        atheris.Setup([sys.argv[0], *given, str(corpus)], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
