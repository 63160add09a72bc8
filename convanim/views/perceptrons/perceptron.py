"""A chain of pointwise layers at one pixel: its column of numbers through weights and functions, and what a step does.

At the first pixel a step is one node, or a whole column where a function makes it; then every step is a pixel.
"""

from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import NamedTuple

import numpy as np

from convanim.errors import RequestError
from convanim.layers.layer import Conv
from convanim.layers.sizes import Sizes, spelled
from convanim.layers.step_order import unravel
from convanim.networks.chain import shape_into, shape_out_of
from convanim.networks.pointwise import Pointwise, Stage
from convanim.numbers.figure_values import FigureValues
from convanim.numbers.sources import Numbers
from convanim.scene.font import BUNDLED, Metrics
from convanim.scene.picture_size import PictureSize
from convanim.scene.scene import Key
from convanim.views.cell_numbers import kernel_weights, spelling
from convanim.views.drawing import Page
from convanim.views.equation_line import Equation, widest_parts
from convanim.views.stacks.stack import StackOptions
from convanim.views.stacks.stack_equations import function_terms
from convanim.views.text_layout import widest
from convanim.words.equations import Terms, joined, sum_terms
from convanim.words.language import Words, english
from convanim.words.layer_names import brief
from convanim.words.spelling import Spelling


class Work(NamedTuple):
    """What a step makes: at a pixel one node of a stage, all of them where `node` is None, or those of all stages."""

    pixel: int
    stage: int | None
    node: int | None


@dataclass(frozen=True)
class Perceptron(Page):
    """The stages, every map's numbers, and how they are shown. Columns of nodes are counted from the input's, 0."""

    size: PictureSize
    stages: tuple[Stage, ...]
    values: FigureValues | None
    options: StackOptions
    most_cell: int = 0
    decimals: int = 0
    labels: bool = True
    remark: str = ""
    font: Metrics = BUNDLED
    words: Words = field(default_factory=english)

    @property
    def map_size(self) -> Sizes:
        """The size of every map."""
        return tuple(self.stages[0].input_size)

    @property
    def has_channels(self) -> bool:
        """Whether cells name their channel."""
        return self.stages[0].in_channels is not None

    @cached_property
    def nodes(self) -> tuple[int, ...]:
        """How many nodes each column has: the channels of its map."""
        shapes = [shape_into(self.stages[0]), *map(shape_out_of, self.stages)]
        return tuple(shape[0] if self.has_channels else 1 for shape in shapes)

    @cached_property
    def works(self) -> tuple[Work, ...]:
        """What every step makes."""
        found = []
        for number, stage in enumerate(self.stages):
            nodes = (None,) if isinstance(stage, Pointwise) else range(self.nodes[number + 1])
            found += [Work(0, number, node) for node in nodes]
        return (*found, *(Work(pixel, None, None) for pixel in range(1, prod(self.map_size))))

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return len(self.works)

    def has(self, step: int, column: int, node: int) -> bool:
        """Whether a node has its number at a step."""
        work = self.works[step]
        if work.stage is None or column == 0 or column - 1 < work.stage:
            return True
        return column - 1 == work.stage and (work.node is None or node <= work.node)

    def makes(self, step: int, column: int, node: int) -> bool:
        """Whether a step makes a node's number."""
        work = self.works[step]
        if column == 0 or work.stage is None:
            return column > 0
        return column - 1 == work.stage and work.node in (None, node)

    def done(self, pixel: int) -> int:
        """The step that makes a pixel of the last map."""
        return len(self.works) - prod(self.map_size) + pixel

    @cached_property
    def numbers(self) -> tuple[Numbers, ...]:
        """Of every map the numbers (nodes, pixels); nothing without values."""
        maps = () if self.values is None else self.values.maps
        return tuple(numbers.reshape(nodes, -1) for numbers, nodes in zip(maps, self.nodes))

    def weights(self, stage: int) -> Numbers | None:
        """The weights (nodes, nodes before) of a stage; None without values, and for functions."""
        kernel = None if self.values is None else self.values.kernels[stage]
        return None if kernel is None else kernel.reshape(self.nodes[stage + 1], self.nodes[stage])

    @cached_property
    def _texts(self) -> dict[int, tuple[str, ...]]:
        return {
            stage: tuple(
                kernel_weights(self.values.stage(stage), self.words).texts[w] for w in weights.ravel().tolist()
            )
            for stage in range(len(self.stages))
            if self.values is not None and (weights := self.weights(stage)) is not None
        }

    def weight_texts(self, stage: int) -> tuple[str, ...]:
        """How the weights of a stage are written, those of a node after another; nothing without values."""
        return self._texts.get(stage, ())

    @cached_property
    def spell(self) -> Spelling:
        """How all numbers in nodes are written."""
        return spelling(self, np.concatenate([numbers.ravel() for numbers in self.numbers]))

    def equation(self) -> Equation | None:
        """The sums of the steps that make one; None without numbers."""
        stages = [stage for stage in range(len(self.stages)) if self.weights(stage) is not None]
        if self.values is None or not stages:
            return None
        weights = {stage: kernel_weights(self.values.stage(stage), self.words) for stage in stages}
        made = max(widest(map(self.spell, np.unique(self.numbers[stage + 1]).tolist()), self.font) for stage in stages)

        def terms(step: int) -> Terms:
            work = self.works[step]
            kernel = None if work.stage is None else self.weights(work.stage)
            if work.stage is None or work.node is None or kernel is None:
                return Terms("", ("",), "", "")
            given = self.numbers[work.stage][:, work.pixel].tolist()
            total = self.numbers[work.stage + 1][work.node, work.pixel].item()
            pairs = list(zip(given, kernel[work.node].tolist()))
            return sum_terms(pairs, weights[work.stage], total, self.spell)

        behind = self.font.width(" ≈ ", 1) + made
        sums = [step for step, work in enumerate(self.works) if work.node is not None]
        slots = {step: widest_parts([terms(step)], self.font) for step in sums}  # every node's is another sum
        ways = list(dict.fromkeys(slots.values()))
        way = {step: ways.index(found) for step, found in slots.items()}
        return Equation(terms, ways[0], 0.0, behind, ways=tuple(ways[1:]), way=lambda step: way.get(int(step), 0))

    def functions(self, step: int) -> str:
        """What a function makes of a column, at a step that makes it: `relu(2) = 2, relu(−1) = 0`."""
        work = self.works[step]
        stage = None if work.stage is None else self.stages[work.stage]
        if work.stage is None or not isinstance(stage, Pointwise) or not self.numbers:
            return ""
        before, made = (self.numbers[work.stage + more][:, work.pixel].tolist() for more in (0, 1))
        said = (joined(function_terms(stage, x, y, self.spell, self.spell)) for x, y in zip(before, made))
        return self.words.between.join(dict.fromkeys(said))

    def reads(self, step: int) -> tuple[Key, ...]:
        """The cells that a step reads, by key: those of the input, or the nodes of the column before."""
        work = self.works[step]
        first = work.stage or 0
        return tuple(self._key(first, node, work.pixel) for node in range(self.nodes[first]))

    def writes(self, step: int) -> tuple[Key, ...]:
        """The cells that it makes, by key."""
        work = self.works[step]
        column = len(self.stages) if work.stage is None else work.stage + 1
        nodes = range(self.nodes[column]) if work.node is None else (work.node,)
        return tuple(self._key(column, node, work.pixel) for node in nodes)

    def _key(self, column: int, node: int, pixel: int) -> Key:
        if column in (0, len(self.stages)):
            place = unravel(pixel, self.map_size)
            return (self.map_name(column), *((node,) if self.has_channels else ()), *place)
        return (self.map_name(column), node)

    def map_name(self, column: int) -> str:
        """What a column's map is called in keys."""
        return "input" if column == 0 else "output" if column == len(self.stages) else f"map {column}"


def perceptron_steps(stages: tuple[Stage, ...]) -> int:
    """How many steps nodes and edges have."""
    slow = (
        1 if isinstance(stage, Pointwise) or stage.in_channels is None else shape_out_of(stage)[0] for stage in stages
    )
    return sum(slow) + prod(stages[0].input_size) - 1


def perceptron_of(stages: tuple[Stage, ...], values: FigureValues | None, options: StackOptions) -> Perceptron:
    """The nodes and edges of pointwise stages. Raises RequestError where a stage sees more than one pixel, or is large.

    A 1×1 convolution without stride, padding or groups, or a function of each number, sees one.
    """
    for number, stage in enumerate(stages, start=1):
        if isinstance(stage, Pointwise) or _sees_one_pixel(stage):
            continue
        where = f"stage {number}, {brief(stage, options.words)}," if len(stages) > 1 else brief(stage, options.words)
        rule = f"{where} does not go from one pixel to one pixel"
        raise RequestError("perceptron", None, rule, "give 1x1 convolutions and relu alone, or leave it out")
    if all(isinstance(stage, Pointwise) for stage in stages):
        raise RequestError("perceptron", None, "there are no weights to be drawn", "add a 1x1 convolution")
    if len(stages[0].input_size) > 2:
        size = spelled(stages[0].input_size)
        raise RequestError("perceptron", None, f"maps of {size} have more than two axes", "leave it out")
    made = Perceptron(
        options.size,
        stages,
        values,
        options,
        most_cell=options.most_cell,
        labels=options.labels,
        remark=options.remark,
        font=options.font,
        words=options.words,
    )
    if max(made.nodes) > options.max_sheets:
        rule = f"{max(made.nodes)} channels are more nodes than the {options.max_sheets} that are drawn"
        raise RequestError("perceptron", None, rule, "try fewer channels, or a larger {max_sheets}")
    return made


def _sees_one_pixel(stage: Stage) -> bool:
    if not isinstance(stage, Conv):
        return False
    ones = all(n == 1 for n in (*stage.kernel_size, *stage.stride, stage.groups))
    return ones and not np.any(stage.padding)
