"""What leaves by itself: when a page is due at whom, the letters that wait for it, and the links by which it is opened."""

from troth.sending.letter import Handed, Letter, Link, NotSent, again_at
from troth.sending.ports import Links, Outbox, Post, Schedules
from troth.sending.schedule import Due, Schedule, When, newest_due, when_of

__all__ = [
    "Due",
    "Handed",
    "Letter",
    "Link",
    "Links",
    "NotSent",
    "Outbox",
    "Post",
    "Schedule",
    "Schedules",
    "When",
    "again_at",
    "newest_due",
    "when_of",
]
