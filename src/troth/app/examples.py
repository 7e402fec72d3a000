from __future__ import annotations

from pathlib import Path

import troth
from troth.kernel.errors import NotFound


def corner_shop() -> Path:
    """The folder of the corner shop: inside an installed package, or beside the sources in a checkout."""
    package = Path(troth.__file__).parent
    for folder in (package / "examples" / "corner-shop", package.parent.parent / "examples" / "corner-shop"):
        if folder.is_dir():
            return folder
    raise NotFound("the example is not installed", next_step="Reinstall troth.")
