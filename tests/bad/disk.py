"""Commands on a disk that is nearly full, one a line: `python -m tests.bad.disk`, orders and answers as lines of JSON.

{"do": ["build", "--book", B], "limit": N}  ->  {"code": C, "err": TEXT, "out": TEXT}     no file may grow beyond N bytes
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys
import tempfile
from typing import Any

from troth.faces.cli import main as troth


def _run(order: dict[str, Any]) -> dict[str, Any]:
    out, err, code = io.StringIO(), io.StringIO(), 0
    sys.argv = ["troth", *order["do"]]
    tempfile.tempdir = order.get("scratch")
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (order.get("limit", unlimited[1]), unlimited[1]))
            troth()
        except SystemExit as left:
            code = int(str(left.code or 0))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    return {"code": code, "err": err.getvalue(), "out": out.getvalue()}


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_run(json.loads(line))) + "\n")
        sys.stdout.flush()
