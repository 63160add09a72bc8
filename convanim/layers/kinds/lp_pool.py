"""Power-average pooling: the p-norm of each window."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from convanim.errors import RequestError
from convanim.layers.arguments import flag, layer_dims, number_in, refuse_large_kernels, set_fields, whole_if_so
from convanim.layers.axis import Axis
from convanim.layers.channels import split_channels
from convanim.layers.kinds.pools import pool_output_size
from convanim.layers.sizes import SizeLike, Sizes, per_axis

_LARGEST = 100


@dataclass(frozen=True, init=False)
class LPPool:
    """The p-norm of each window, (Σ xᵖ)^(1/p) with p the `norm_type` (`nn.LPPool1d`, `nn.LPPool2d`, `nn.LPPool3d`).

    With `absolute` numbers lose their signs first, (Σ |x|ᵖ)^(1/p), as in ONNX's LpPool; of even powers, of which that
    is the same, it is off.

    The stride defaults to the kernel; each channel is pooled by itself. A norm of 1 adds up. With ceil_mode the sum of
    a window that hangs over the end is multiplied by the cells of the kernel and divided by those inside the input,
    since PyTorch computes it as the mean times the kernel's cells. Source: `lp_pool2d` in `torch/nn/functional.py`.
    Raises RequestError for a norm that is not a number more than 0, and for an empty output.
    """

    input_size: Sizes
    norm_type: float
    kernel_size: Sizes
    stride: Sizes
    ceil_mode: bool
    in_channels: int | None
    absolute: bool
    op: ClassVar[str] = "lp-pool"

    def __init__(
        self,
        input_size: SizeLike,
        norm_type: float,
        kernel_size: SizeLike,
        stride: SizeLike | None = None,
        ceil_mode: bool = False,
        in_channels: int | None = None,
        absolute: bool = False,
        *,
        dims: int | None = None,
    ) -> None:
        bare, channels = split_channels(input_size, in_channels)
        axes = layer_dims(bare, kernel_size, stride, None, None, dims)
        n = per_axis("input_size", bare, axes, 1)
        k = per_axis("kernel_size", kernel_size, axes, 1)
        s = k if stride is None else per_axis("stride", stride, axes, 1)
        power = _norm(norm_type)
        set_fields(self, input_size=n, norm_type=power, kernel_size=k, stride=s)
        set_fields(self, absolute=flag("absolute", absolute) and power % 2 != 0)
        set_fields(self, ceil_mode=flag("ceil_mode", ceil_mode), in_channels=channels)
        refuse_large_kernels(self.axes, k)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Each axis of the layer; windows are those of max and average pools."""
        return tuple(
            Axis(n, k, pool_output_size(n, k, s, 0, 0, 1, self.ceil_mode)[0], s)
            for n, k, s in zip(self.input_size, self.kernel_size, self.stride)
        )


def _norm(value: Any) -> float:
    """The power, a whole number where it is one; raises RequestError."""
    found = number_in(value)
    if found is None or math.isnan(found):
        raise RequestError("norm_type", value, "not a number", "give one such as 2")
    if found == math.inf:
        rule = "that is the largest number without its sign, which is not drawn"
        raise RequestError("norm_type", value, rule, "where none is negative max-pool makes the same")
    if not 0 < found <= _LARGEST:
        raise RequestError("norm_type", value, f"not more than 0 and at most {_LARGEST}", "give one such as 2")
    return whole_if_so(found)
