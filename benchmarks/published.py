"""The figures of conv_arithmetic as published: their width in pixels and their bytes."""

PUBLISHED = {
    "no_padding_no_strides": (244, 37751),
    "arbitrary_padding_no_strides": (495, 476750),
    "same_padding_no_strides": (395, 276460),
    "full_padding_no_strides": (495, 435605),
    "no_padding_strides": (294, 44665),
    "padding_strides": (395, 118422),
    "padding_strides_odd": (445, 122211),
    "dilation": (395, 124951),
    "no_padding_no_strides_transposed": (344, 164355),
    "arbitrary_padding_no_strides_transposed": (445, 323062),
    "same_padding_no_strides_transposed": (395, 213333),
    "full_padding_no_strides_transposed": (395, 287001),
    "no_padding_strides_transposed": (395, 197717),
    "padding_strides_transposed": (395, 272498),
    "padding_strides_odd_transposed": (445, 303965),
}
