"""Streams that are like a pipe, and what is written to them."""

import io


def tries(suffix: str) -> int:
    """How often bytes of a format may be made until they are the same: an encoder of films is not always alike.

    Of some hundred runs of libx264 one packs the same pictures into other bytes.
    """
    return 3 if suffix == ".mp4" else 1


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
