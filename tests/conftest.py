"""How hypothesis looks for examples: anew each time, but the same ones each time where CI says so."""

import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
