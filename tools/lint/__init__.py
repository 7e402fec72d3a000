"""Rules that a reviewer should not have to remember. Each module has `found(root)`, which lists its violations."""

from tools.lint import double_sums, dynamic_imports, named_machines

__all__ = ["double_sums", "dynamic_imports", "named_machines"]
