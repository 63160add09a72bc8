"""Numbers from pictures, and kernels that have a name."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import together
from PIL import Image

from convanim.errors import RequestError
from convanim.numbers.named_kernels import KERNEL_NAMES, named_kernel
from convanim.numbers.sources import file_size, input_numbers, kernel_numbers

GREYS = np.array([[0, 100, 200], [255, 1, 50]], dtype=np.uint8)


def picture(folder: Path, image: Image.Image, name: str = "picture.png", **options: Any) -> str:
    """Save a picture and return its path as a user gives it."""
    image.save(folder / name, format="PNG", **options)
    return str(folder / name)


def test_grey_pictures_give_their_levels(tmp_path: Path) -> None:
    """A grey picture gives 0 (black) to 255 (white), as whole numbers, rows first."""
    path = picture(tmp_path, Image.fromarray(GREYS), "grey.PNG")
    numbers = input_numbers(path, (2, 3))
    assert numbers.dtype == np.int64
    assert numbers.tolist() == GREYS.tolist()
    assert kernel_numbers(path, (2, 3)).tolist() == GREYS.tolist()
    assert file_size("values", path) == (2, 3)


def test_black_and_white_and_palettes(tmp_path: Path) -> None:
    """A picture of one bit, with a palette or with an alpha channel gives the grey levels of its colours."""
    bits = picture(tmp_path, Image.fromarray(GREYS > 99))
    assert input_numbers(bits, (2, 3)).tolist() == [[0, 255, 255], [255, 0, 0]]
    palette = Image.new("P", (2, 1))
    palette.putpalette([10, 10, 10, 200, 200, 200])
    palette.putpixel((1, 0), 1)
    assert input_numbers(picture(tmp_path, palette), (1, 2)).tolist() == [[10, 200]]
    colours = Image.new("RGBA", (3, 1))
    for x, colour in enumerate([(255, 0, 0, 255), (0, 255, 0, 255), (7, 7, 7, 255)]):
        colours.putpixel((x, 0), colour)
    assert input_numbers(picture(tmp_path, colours), (1, 3)).tolist() == [[76, 150, 7]]
    assert input_numbers(picture(tmp_path, colours.convert("RGB")), (1, 3)).tolist() == [[76, 150, 7]]


def test_sixteen_bits_are_not_clipped(tmp_path: Path) -> None:
    """A grey picture of 16 bits keeps its order of levels or is refused; it is not cut off at 255."""
    path = picture(tmp_path, Image.fromarray(np.array([[0, 256, 32768, 65535]], dtype=np.uint16)))
    try:
        numbers = input_numbers(path, (1, 4))
    except RequestError:
        return
    assert np.all(np.diff(numbers[0]) > 0)


def test_pictures_are_resized_only_when_asked(tmp_path: Path) -> None:
    """A picture of another size is refused with the way out; `resize` scales it by averaging."""
    path = picture(tmp_path, Image.fromarray(np.arange(16, dtype=np.uint8).reshape(4, 4) * 2))
    with pytest.raises(RequestError, match=r"4×4 .* 2×2; give input_size=4x4, or resize"):
        input_numbers(path, (2, 2))
    assert input_numbers(path, (2, 2), resize=True).tolist() == [[5, 9], [21, 25]]
    assert input_numbers(path, (4, 4), resize=True).tolist() == input_numbers(path, (4, 4)).tolist()
    assert input_numbers(path, (4,), resize=True).tolist() == [12, 14, 16, 18]
    assert input_numbers(path, (8, 4), resize=True)[:2].tolist() == [[0, 2, 4, 6]] * 2
    with pytest.raises(RequestError) as refused:
        kernel_numbers(path, (2, 2))
    assert "--resize" not in str(refused.value)


def test_resize_concerns_pictures_alone(tmp_path: Path) -> None:
    """`resize` leaves seeds and arrays as they are, and never bends an array to size."""
    assert input_numbers("random:7", (2, 2), resize=True).tolist() == input_numbers("random:7", (2, 2)).tolist()
    with pytest.raises(RequestError):
        input_numbers(np.zeros((4, 4)), (2, 2), resize=True)
    (tmp_path / "n.csv").write_text("1,2\n3,4\n", encoding="utf-8")
    with pytest.raises(RequestError):
        input_numbers(str(tmp_path / "n.csv"), (1, 1), resize=True)


@pytest.mark.parametrize("resize", [False, True])
def test_pictures_that_are_none_are_refused(resize: bool, tmp_path: Path) -> None:
    """Empty, foreign, damaged and cut pictures are refused in one line, wherever they are cut."""
    pixels = np.random.default_rng(1).integers(0, 256, (16, 16), dtype=np.uint8)
    whole = Path(picture(tmp_path, Image.fromarray(pixels))).read_bytes()
    path = tmp_path / "bad.png"
    contents = [b"", b"x", b"1,2\n3,4\n", whole[:100] + b"\0" * 60 + whole[160:]]
    for content in [*contents, *[whole[:end] for end in range(0, len(whole) - 30, 7)]]:
        path.write_bytes(content)
        with pytest.raises(RequestError) as refused:
            input_numbers(str(path), (16, 16), resize=resize)
        assert refused.value.field == "values"
        assert len(str(refused.value).splitlines()) == 1


KNOWN = {
    # cv2.getDerivKernels(1, 0, 3) as an outer product, scipy.ndimage.sobel's axis −1 (both correlations)
    ("sobel-x", (3, 3)): [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    ("sobel-y", (3, 3)): [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    # cv2.Laplacian(ksize=1), scipy.ndimage.laplace
    ("laplacian", (3, 3)): [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    ("laplacian", (3,)): [1, -2, 1],
    # identity − laplacian
    ("sharpen", (3, 3)): [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    ("sharpen", (3,)): [-1, 3, -1],
    ("identity", (3,)): [0, 1, 0],
    ("identity", (1, 1)): [[1]],
    ("identity", (3, 5)): [[0, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0]],
    # cv2.getGaussianKernel(3, 0) and (5, 0): OpenCV's fixed small kernels
    ("gaussian", (3,)): [0.25, 0.5, 0.25],
    ("gaussian", (5,)): [0.0625, 0.25, 0.375, 0.25, 0.0625],
    ("gaussian", (3, 3)): [[0.0625, 0.125, 0.0625], [0.125, 0.25, 0.125], [0.0625, 0.125, 0.0625]],
    ("gaussian", (2, 1)): [[0.5], [0.5]],
    ("gaussian", (1,)): [1.0],
    ("box", (2, 2)): [[0.25, 0.25], [0.25, 0.25]],
    ("box", (4,)): [0.25, 0.25, 0.25, 0.25],
}


@together("name, size", list(KNOWN))
def test_named_kernels_are_the_usual_ones(name: str, size: tuple[int, ...]) -> None:
    """A named kernel has the weights that OpenCV and SciPy give it; whole numbers but for means."""
    kernel = kernel_numbers(name, size)
    assert kernel.tolist() == KNOWN[name, size]
    assert kernel.dtype == (np.float64 if name in ("box", "gaussian") else np.int64)


def test_every_name_is_known() -> None:
    """The table above covers every name there is."""
    assert {name for name, _ in KNOWN} == set(KERNEL_NAMES)


@together("name", ["box", "gaussian"])
@together("size", [(1,), (2,), (7,), (1200,), (3, 4), (1, 9), (12, 30)])
def test_means_sum_to_one(name: str, size: tuple[int, ...]) -> None:
    """Box and gaussian exist at every size, are symmetric and sum to 1."""
    kernel = named_kernel(name, size)
    assert kernel.shape == size
    assert kernel.sum() == pytest.approx(1)
    np.testing.assert_array_equal(kernel, np.flip(kernel))


@together("name", ["sobel-x", "sobel-y", "laplacian", "sharpen", "identity"])
@together("size", [(1,), (2,), (3,), (5,), (1, 1), (1, 3), (2, 2), (3, 3), (4, 3), (5, 5)])
def test_other_sizes_are_refused(name: str, size: tuple[int, ...]) -> None:
    """A kernel that is not defined at a size is refused, naming that size and those that exist."""
    if (name, size) in KNOWN or (name == "identity" and all(n % 2 for n in size)):
        assert kernel_numbers(name, size).shape == size
        return
    with pytest.raises(RequestError) as refused:
        kernel_numbers(name, size)
    assert refused.value.field == "kernel_values"
    assert "×".join(map(str, size)) in refused.value.rule
    assert "odd" in refused.value.fix if name == "identity" else "3×3" in refused.value.fix
    assert len(str(refused.value).splitlines()) == 1


def test_an_unknown_kernel_lists_the_known_ones() -> None:
    """A name that is none is refused with all names."""
    with pytest.raises(RequestError) as refused:
        named_kernel("blur", (3, 3))
    assert all(name in refused.value.fix for name in KERNEL_NAMES)


def test_named_kernels_are_not_shared() -> None:
    """Writing into a kernel leaves the next one of that name as it was."""
    named_kernel("sobel-x", (3, 3))[:] = 0
    assert named_kernel("sobel-x", (3, 3)).any()
