"""Build the documentation, without a network.

    python tools/docs.py            into site/
    python tools/docs.py --check    into a folder that is thrown away again

Fails on a broken link (zensical's strict mode) and on a page that would load a script, style or font from elsewhere.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_REMOTE = re.compile(r"""<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=["']?(?:https?:)?//[^"'> ]*""", re.IGNORECASE)


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    if arguments == []:
        return build(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copytree(ROOT / "docs", copy / "docs")
        shutil.copy(ROOT / "zensical.toml", copy)
        return build(copy)


def build(root: Path) -> int:
    """Exit code of building root/docs into root/site."""
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict", "--clean"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    remote = [
        f"{page.relative_to(root)}: {match.group()}"
        for page in sorted((root / "site").rglob("*.html"))
        for match in _REMOTE.finditer(page.read_text(encoding="utf-8"))
        if 'rel="canonical"' not in match.group()
    ]
    if done.returncode != 0 or remote:
        print(done.stdout, done.stderr, *remote, sep="\n", file=sys.stderr)
        return 1
    pages = len(list((root / "docs").rglob("*.md")))
    print(f"docs: {pages} pages, no broken link, nothing loaded from elsewhere")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
