"""Who may see and do what: roles, and the scope to which somebody's sight is limited."""

from troth.access.fence import fenced
from troth.access.viewer import EVERYTHING, Role, Scope, Viewer

__all__ = ["EVERYTHING", "Role", "Scope", "Viewer", "fenced"]
