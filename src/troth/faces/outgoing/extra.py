"""What is installed for exports alone."""

from __future__ import annotations

import logging
from typing import Any

from troth.kernel.errors import BadValue


def needs_reports(name: str, system: str = "") -> Any:
    """A package of the extra `reports`. system: packages of the system that it needs. Raises BadValue that says how to get them."""
    try:
        if name == "weasyprint":
            import weasyprint

            logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it warns of every rule of CSS that is for screens
            return weasyprint
        import pptx

    except ImportError as error:
        raise BadValue(f"{name} is not installed", next_step="Run: pip install 'troth[reports]'") from error
    except OSError as error:
        raise BadValue(f"{name} lacks a library of the system", next_step=f"Install {system}.") from error
    return pptx
