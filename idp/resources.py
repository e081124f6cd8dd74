"""Where the files stand that are no Python: templates and migrations. Finds folders; reads nothing."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder of this name: inside the package (an installed wheel), else beside it (a checkout).

    Raises FileNotFoundError where it is in neither.
    """
    for place in (_PACKAGE / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"no folder {name!r} in {_PACKAGE} or beside it")
