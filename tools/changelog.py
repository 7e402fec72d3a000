"""Move the fragments of changelog.d/ to CHANGELOG.md.

    python tools/changelog.py VERSION DATE    for example 0.2.0 2026-03-02

Two branches that each add a fragment never conflict; two that edit one list always do.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("added", "changed", "fixed", "removed")
_HERE = "<!-- releases -->\n"


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or not re.fullmatch(r"\d{4}-\d\d-\d\d", arguments[1]):
        print(__doc__, file=sys.stderr)
        return 2
    version, date = arguments
    fragments = fragments_in(ROOT / "changelog.d")
    changelog = ROOT / "CHANGELOG.md"
    before, here, after = changelog.read_text(encoding="utf-8").partition(_HERE)
    changelog.write_text(f"{before}{here}\n{release(version, date, fragments)}{after}", encoding="utf-8")
    for fragment in fragments:
        fragment.unlink()
    return 0


def fragments_in(folder: Path) -> list[Path]:
    """The fragments, in order of name. Refuses a file whose kind is not known."""
    found = sorted(path for path in folder.iterdir() if path.name != "README.md")
    for path in found:
        if not re.fullmatch(rf"[a-z0-9-]+\.(?:{'|'.join(KINDS)})\.md", path.name):
            raise SystemExit(f"{path}: name it what-it-is-about.KIND.md, KIND one of {', '.join(KINDS)}")
    return found


def release(version: str, date: str, fragments: list[Path]) -> str:
    """The section of one release."""
    lines = [f"## {version} ({date})", ""]
    for kind in KINDS:
        texts = [" ".join(path.read_text(encoding="utf-8").split()) for path in fragments if path.name.endswith(f".{kind}.md")]
        if texts:
            lines += [f"### {kind.capitalize()}", "", *(f"- {text}" for text in texts), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
