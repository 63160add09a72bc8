"""Which rule an output size, or what a mean is divided by, comes from, each with who says so."""

from convanim.code.padding_words import WordRule

_FITTING = "as many windows as fit into the padded input, one every stride cells"
_HANGING = WordRule(
    "ceil_mode",
    "a last window may hang over the padded input, if it starts inside the input or the padding in front",
    "torch.nn.MaxPool2d, ceil_mode, and pooling_output_shape in aten/src/ATen/native/Pool.h; ONNX MaxPool, ceil_mode",
    "size_ceil_mode",
)
_SHARED_OUT = WordRule(
    "size",
    "as asked for; output cell o of m reads input cells ⌊o·n/m⌋ to ⌈(o + 1)·n/m⌉ of n, the last not among them",
    "torch.nn.AdaptiveAvgPool2d; start_index and end_index in aten/src/ATen/native/AdaptivePooling.h",
    "size_adaptive_pool",
)
_SIZES = {
    "conv": WordRule(
        "size", _FITTING, "torch.nn.Conv2d, Shape; Dumoulin & Visin, arXiv:1603.07285, relationship 15", "size_conv"
    ),
    "conv-transpose": WordRule(
        "size",
        "a stamp of the kernel every stride cells; padding is cropped off, output_padding is left on behind",
        "torch.nn.ConvTranspose2d, Shape; Dumoulin & Visin, arXiv:1603.07285, section 4",
        "size_conv_transpose",
    ),
    "max-pool": WordRule(
        "size",
        _FITTING,
        "torch.nn.MaxPool2d, Shape; Dumoulin & Visin, arXiv:1603.07285, relationship 7",
        "size_max_pool",
    ),
    "avg-pool": WordRule(
        "size",
        _FITTING,
        "torch.nn.AvgPool2d, Shape; Dumoulin & Visin, arXiv:1603.07285, relationship 7",
        "size_avg_pool",
    ),
    "lp-pool": WordRule("size", _FITTING, "torch.nn.LPPool2d, Shape; ONNX LpPool", "size_lp_pool"),
    "max-unpool": WordRule(
        "size",
        "(input − 1)·stride − padding + kernel, or as asked for, within a stride of that",
        "torch.nn.MaxUnpool2d, Shape; _unpool_output_size in torch/nn/functional.py; ONNX MaxUnpool",
        "size_max_unpool",
    ),
    "upsample": WordRule(
        "size",
        "as asked for, or ⌊input·scale_factor⌋",
        "torch.nn.Upsample, Shape; ONNX Resize",
        "size_upsample",
    ),
    "pad": WordRule(
        "size",
        "the cells of the input and those put before and behind it; a negative number cuts so many off",
        "torch.nn.functional.pad; torch.nn.ZeroPad2d, Shape; ONNX Pad",
        "size_pad",
    ),
    "pixel-shuffle": WordRule(
        "size",
        "input·upscale_factor; output cell (c, y·r + i, x·r + j) is input cell (c·r·r + i·r + j, y, x)",
        "torch.nn.PixelShuffle; pixel_shuffle in aten/src/ATen/native/PixelShuffle.cpp; ONNX DepthToSpace, mode CRD",
        "size_pixel_shuffle",
    ),
    "pixel-unshuffle": WordRule(
        "size",
        "input/downscale_factor; output cell (c·r·r + i·r + j, y, x) is input cell (c, y·r + i, x·r + j)",
        "torch.nn.PixelUnshuffle; pixel_unshuffle in aten/src/ATen/native/PixelShuffle.cpp",
        "size_pixel_unshuffle",
    ),
    "unfold": WordRule(
        "size",
        f"{_FITTING}; each is a column of the matrix, and each channel and kernel cell is a row",
        "torch.nn.Unfold, Shape",
        "size_unfold",
    ),
    "fold": WordRule(
        "size",
        "as asked for; each column of the input is added where its window lies, one every stride cells",
        "torch.nn.Fold, Shape",
        "size_fold",
    ),
    **{f"adaptive-{pool}-pool": _SHARED_OUT for pool in ("max", "avg")},
}
_COUNTED = WordRule(
    "mean",
    "padded cells are counted",
    "count_include_pad, which PyTorch and Flax have on by themselves",
    "mean_counted",
)
_NOT_COUNTED = WordRule(
    "mean",
    "padded cells are not counted",
    "count_include_pad, which ONNX has off by itself; TensorFlow and Keras never count them",
    "mean_not_counted",
)


def size_rule(op: str, ceil_mode: bool = False) -> WordRule:
    """The rule that an operation's output size comes from."""
    return _HANGING if ceil_mode else _SIZES[op]


def count_rule(count_include_pad: bool) -> WordRule:
    """What a mean over a padded input is divided by, and whose rule that is."""
    return _COUNTED if count_include_pad else _NOT_COUNTED
