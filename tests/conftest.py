"""How hypothesis looks for examples: anew each time, but the same ones where CI says so; never against the clock."""

import os

from hypothesis import settings

settings.register_profile("local", deadline=None)
settings.register_profile("ci", derandomize=True, deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")
