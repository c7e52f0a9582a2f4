"""The line that installs a missing module."""

from __future__ import annotations

_OF_ANOTHER_NAME = {
    "PIL": "pillow",
    "cv2": "opencv-python",
    "ray": "ray[rllib]",
    "sklearn": "scikit-learn",
    "yaml": "PyYAML",
}
"""The distribution of a module, where it is not of the same name."""


def how_to_install(missing: ModuleNotFoundError, otherwise: str = "") -> str:
    """The command that installs the package of a missing module.

    Args:
        missing: what the import raised.
        otherwise: the module to install if the exception does not name one.
    """
    module = (missing.name or otherwise).partition(".")[0]
    distribution = _OF_ANOTHER_NAME.get(module, module.replace("_", "-"))
    return f"{module} is not installed; to install it: pip install '{distribution}'"
