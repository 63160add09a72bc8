"""What a package index is told that pyproject.toml does not say as it stands: the links, and the README with them.

All of it comes from one address, `repository` in pyproject.toml's [tool.hatch.metadata.hooks.custom].
"""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"(\]\()(?!https?:|#)([^)]+)\)")
_PICTURE = re.compile(r'(<img src=")(?!https?:)([^"]+)"')


class Metadata(MetadataHookInterface):
    """The project's links; and its README, whose links and pictures lead to the repository from anywhere."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add `readme` and `urls`."""
        repository = self.config["repository"]
        metadata["urls"] = {
            "Documentation": f"{repository}/tree/HEAD/docs",
            "Repository": repository,
            "Changelog": f"{repository}/blob/HEAD/CHANGELOG.md",
            "Issues": f"{repository}/issues",
        }
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        text = _LINK.sub(rf"\g<1>{repository}/blob/HEAD/\g<2>)", text)
        text = _PICTURE.sub(rf'\g<1>{repository}/raw/HEAD/\g<2>"', text)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
