"""Civil time without an engine's own zone tables."""

from troth.engines.calendars.zones import (
    Transitions,
    local_to_utc,
    transitions,
    tz_version,
    utc_of,
    utc_to_local,
    zone_names,
)

__all__ = ["Transitions", "local_to_utc", "transitions", "tz_version", "utc_of", "utc_to_local", "zone_names"]
