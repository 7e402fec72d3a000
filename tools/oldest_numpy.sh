#!/usr/bin/env bash
# Meridian's digests on the lowest numpy that pyproject.toml allows, in an environment of its own with nothing else but what calendars need.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"
lowest="$(sed -n 's/^ *"numpy>=\([0-9.]*\),.*/\1/p' pyproject.toml)"
there="$root/.tools/oldest"
pinned() { sed -n "s/^\($1==[^ ;]*\).*/\1/p" requirements.lock | head -1; }
uv() { env -u UV_PYTHON -u VIRTUAL_ENV PYTHONPATH="$root/.tools" "$root/.tools/bin/uv" "$@"; }
[ -x "$there/bin/python" ] || uv venv --quiet --python "$root/.venv/bin/python" "$there"
uv pip install --quiet --python "$there/bin/python" "numpy==$lowest.*" "$(pinned holidays)" "$(pinned tzdata)" "$(pinned python-dateutil)"
PYTHONPATH="$root/src:$root" "$there/bin/python" -m tests.worlds.digests
