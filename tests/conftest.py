"""What holds for every test."""

from __future__ import annotations

import os

from hypothesis import settings

# The same examples in every run of the same code: a red run then means a change, not a throw of dice. To look for new ones:
# HYPOTHESIS_PROFILE=explore .venv/bin/pytest …; what it finds becomes an @example.
settings.register_profile("same", derandomize=True)
settings.register_profile("explore", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
