"""Many figures at once, in this process or on any `concurrent.futures` executor."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor
from pathlib import Path

from convanim.errors import RequestError
from convanim.export.save import destination, save
from convanim.figures.recipes.recipes import Recipe, load_recipe
from convanim.files.drafts import recover


def render_all(
    recipes: Iterable[Recipe | str], to: str | Sequence[str], *, executor: Executor | None = None, force: bool = False
) -> Iterator[list[Path]]:
    """Draw each recipe, or template by its name, to every path of `to`; `{name}` stands for the recipe's name.

    Draws as it is gone through: yields the paths of each recipe in order, once they stand. Files that are current
    already are left alone unless `force`. With an `executor` (of processes, Dask, MPI …) its workers do the drawing;
    paths are then theirs.
    Raises RequestError before anything is drawn when two recipes would write the same file.
    """
    figures = [load_recipe(recipe) if isinstance(recipe, str) else recipe for recipe in recipes]
    to = (to,) if isinstance(to, str) else to
    _refuse_same_file(figures, to)
    if executor is None:
        for recipe in figures:
            yield render_one(recipe, to, force)
        return
    futures = [executor.submit(render_one, recipe, tuple(to), force) for recipe in figures]
    try:
        for future in futures:
            yield future.result()
    except BrokenExecutor:  # it deals with all that waited by itself
        raise
    except BaseException:
        for future in futures:
            future.cancel()
        raise


def render_one(recipe: Recipe, to: Sequence[str], force: bool) -> list[Path]:
    """Draw one recipe to every path; the paths."""
    from convanim.export.up_to_date import is_up_to_date

    targets = [destination(path_of(recipe, pattern)) for pattern in to]
    for target in targets:
        recover(target.folder)  # before files are taken for current that another run was about to replace
    animation = recipe.animation()
    save(animation, [target for target in targets if force or not is_up_to_date(animation, target)])
    return [target.path for target in targets]


def path_of(recipe: Recipe, pattern: str) -> str:
    """A path with the recipe's name in the place of `{name}`."""
    return pattern.replace("{name}", recipe.name)


def _refuse_same_file(recipes: Sequence[Recipe], to: Sequence[str]) -> None:
    seen: set[tuple[str, str]] = set()
    for recipe in recipes:
        for pattern in to:
            # A folder of frames may be shared: their names begin with the recipe's.
            is_folder = pattern.endswith(("/", "\\")) or Path(path_of(recipe, pattern)).is_dir()
            key = (path_of(recipe, pattern), recipe.name if is_folder else "")
            if key in seen:
                fix = "put {name} into the path, as in out/{name}.gif"
                if "{name}" in pattern:
                    fix = f"give the recipes names of their own: two are called {recipe.name}"
                raise RequestError("output", pattern, "several figures would go to the same file", fix)
            seen.add(key)
