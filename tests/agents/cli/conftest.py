"""What the tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_commands import prepare


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `prepare` fills, once for all tests of a file."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        prepare(folder)
    return folder
