"""What a request is refused with."""

from typing import Any

import pytest

from convanim.errors import RequestError


def refused(make: Any) -> RequestError:
    """What a request is refused with."""
    with pytest.raises(RequestError) as caught:
        make()
    assert "\n" not in str(caught.value)
    return caught.value
