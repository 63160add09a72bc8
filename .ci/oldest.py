"""Print pip's constraints for the oldest versions that pyproject.toml allows of whatever it names."""

import re
import sys
import tomllib
from itertools import chain

with open(sys.argv[1], "rb") as file:
    project = tomllib.load(file)["project"]
for needed in chain(project["dependencies"], *project["optional-dependencies"].values()):
    if bound := re.fullmatch(r"([\w.-]+)>=([\d.]+)", needed):
        print(f"{bound[1]}=={bound[2]}")
    elif not needed.startswith(f"{project['name']}["):
        sys.exit(f"{needed}: a dependency has a lower bound, name>=version, and nothing else")
