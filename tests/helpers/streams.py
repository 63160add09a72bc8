"""Streams that are like a pipe."""

import io


class Pipe(io.BytesIO):
    """A stream that can neither go back nor say where it is."""

    def tell(self) -> int:
        """Raises OSError."""
        raise OSError("a pipe has no place")

    def seek(self, *_: int) -> int:
        """Raises OSError."""
        raise OSError("a pipe cannot go back")

    def seekable(self) -> bool:
        """No."""
        return False
