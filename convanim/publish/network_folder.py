"""A network in a folder: its overview, a figure for each layer, and a page where a click on a block opens it."""

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from convanim.errors import RequestError
from convanim.export.formats import FORMATS, refuse_unfit
from convanim.export.save import destination, folder_place, save
from convanim.export.up_to_date import is_up_to_date
from convanim.figures.animation import compose
from convanim.figures.fitted import LAYER_WIDTHS, OVERVIEW_WIDTHS, TALLEST_OVERVIEW, fitted
from convanim.figures.layouts.network_layout import OF_SHEETS
from convanim.figures.options import Options, refuse_set
from convanim.files.drafts import recover
from convanim.files.file_set import FileSet
from convanim.layers.layer import Conv, Layer
from convanim.networks.between import Linear, Operation
from convanim.networks.network import Network, Node
from convanim.publish.file_names import plain_names
from convanim.publish.network_page import network_page

_MOST_FRAMES = 48  # of a layer's figure, where no other number is asked for
_PLAYED = ("glide", "step_time", "hold", "loop", "bounce", "still")
_MOST_CELLS = 10**12  # they are counted, not held: without numbers a picture has those alone that it draws
_LONGEST = 80  # characters of a file's name
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}  # by Windows

Job: TypeAlias = tuple[Layer, Options, bool, tuple[str, ...], bool]


@dataclass(frozen=True)
class LayerFigure:
    """A layer that has a figure: its node, what is drawn of it, and the name of its file, without a suffix."""

    node: Node
    layer: Layer
    name: str


def layer_figures(network: Network) -> list[LayerFigure]:
    """The figures of a network's layers; joins, norms and what works cell by cell have no windows to be drawn."""
    found = [(node, layer) for node in network.nodes if (layer := _drawn(node.operation)) is not None]
    names = plain_names(["overview", "index", *(_safe(node.name) for node, _ in found)])[2:]
    return [LayerFigure(node, layer, name) for (node, layer), name in zip(found, names)]


def _safe(name: str) -> str:
    """A name that is not too long, and none that Windows keeps for itself."""
    return f"{name}-layer" if name.lower() in _RESERVED else name[:_LONGEST]


def _drawn(operation: Operation) -> Layer | None:
    """The layer that an operation is, or equals; None where it is none."""
    if isinstance(operation, Linear):
        return Conv((1, 1), 1, in_channels=operation.in_features, out_channels=operation.out_features)
    return operation if isinstance(operation, Layer) else None


def make_network_folder(
    network: Network,
    folder: str,
    options: Options,
    *,
    suffix: str = ".gif",
    has_width: bool = False,
    executor: Executor | None = None,
    force: bool = False,
) -> Iterator[tuple[Path | None, str]]:
    """Draw a network's overview and every layer into `folder`, made if need be, and a page that shows them all.

    Yields each path once it stands, the page's last, with a note of it or none; None instead of a path for a layer that
    cannot be drawn. What is current already is left alone unless `force`; an `executor` does the drawing if there is
    one. Without `has_width` each picture is as wide as what is in it needs.
    Raises RequestError when the folder cannot be, the format is none or the overview cannot be drawn.
    """
    refuse_set(options, ("steps", "frame"), "it is of one figure, and a folder has many")
    place = folder_place(folder)
    # The page's links lie over the overview's blocks, so it is no sheet of several pictures.
    of_blocks = replace(options, **{name: getattr(Options(), name) for name in (*OF_SHEETS, "sheet")})
    if has_width:
        overview = compose(network, of_blocks, name="overview")
    else:
        overview = fitted(network, of_blocks, OVERVIEW_WIDTHS, name="overview", tallest=TALLEST_OVERVIEW)
    refuse_unfit(overview, FORMATS[suffix])
    place.mkdir(exist_ok=True)
    recover(place)
    targets = [destination(str(place / f"overview{end}")) for end in dict.fromkeys((".svg", suffix))]
    save(overview, [target for target in targets if force or not is_up_to_date(overview, target)])
    for target in targets:
        yield target.path, "; ".join(overview.notes) if target == targets[0] else ""
    figures = layer_figures(network)
    alike: dict[Layer, list[str]] = {}
    for figure in figures:
        alike.setdefault(figure.layer, []).append(str(place / f"{figure.name}{suffix}"))
    jobs = [(layer, _of_layers(options), has_width, tuple(paths), force) for layer, paths in alike.items()]
    missing = set()
    for said, paths in zip(_done(executor, jobs), alike.values()):
        if said:
            missing |= set(paths)
            yield None, f"{Path(paths[0]).stem}: {said}"
        else:
            yield from ((Path(path), "") for path in paths)
    links = {f.node.name: f"{f.name}{suffix}" for f in figures if str(place / f"{f.name}{suffix}") not in missing}
    with FileSet() as index, index.file(place / "index.html") as stream:
        stream.write(network_page(network, overview, links).encode())
    yield place / "index.html", ""


def _of_layers(options: Options) -> Options:
    """What of a network's options says how its layers look, too."""
    looks = ("view", "theme", "font", "transparent", "lang", "labels", "max_sheets", "order", "caption", "width")
    kept = (*looks, "cell_size", "text_size", "dpi", "scale", "sheet", *_PLAYED)
    frames = _MOST_FRAMES if options.max_frames is None else options.max_frames
    return Options(**{name: getattr(options, name) for name in kept}, max_frames=frames, max_cells=_MOST_CELLS)


def _done(executor: Executor | None, jobs: Sequence[Job]) -> Iterator[str]:
    """What is to be said of each job, once it is done."""
    if executor is None:
        yield from (draw_layer(*job) for job in jobs)
        return
    futures = [executor.submit(draw_layer, *job) for job in jobs]
    try:
        for future in futures:
            yield future.result()
    except BrokenExecutor:
        raise
    except BaseException:
        for future in futures:
            future.cancel()
        raise


def draw_layer(layer: Layer, options: Options, has_width: bool, paths: tuple[str, ...], force: bool) -> str:
    """Draw a layer once, and write it to each path that is not current; why it cannot be drawn, or nothing."""
    targets = [destination(path) for path in paths]
    try:
        figure = compose(layer, options) if has_width else fitted(layer, options, LAYER_WIDTHS)
        refuse_unfit(figure, targets[0].format)
    except RequestError as error:
        return str(error)
    wanted = [target for target in targets if force or not is_up_to_date(figure, target)]
    if not wanted:
        return ""
    first, *others = wanted
    save(figure, [first])
    with FileSet() as files:
        for target in others:
            with files.file(target.path) as stream, open(first.path, "rb") as drawn:
                shutil.copyfileobj(drawn, stream)
    return ""
