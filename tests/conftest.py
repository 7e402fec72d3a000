from __future__ import annotations

import os

import hypothesis

# Chance may not decide whether a build is green; a long search for new counterexamples is asked for by name.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("search", deadline=None, max_examples=2_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
