"""Views: how a geometry is laid out on the page. Each is one module and one line here."""

from collections.abc import Callable

from convanim.scene import Scene
from convanim.views.drawing import Drawing
from convanim.views.flat import flat
from convanim.views.iso import iso

VIEWS: dict[str, Callable[[Drawing], Scene]] = {"iso": iso, "flat": flat}
