"""Check that an sdist holds every file of the project and nothing else:   python tests/ci/check_sdist.py SDIST"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
ADDED = {"PKG-INFO"}
"""Files that the build adds."""


def main(sdist: str) -> None:
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    tracked = {name for name in _files() if (ROOT / name).exists()}
    missing, too_much = tracked - held, held - tracked - _files("--others", "--exclude-standard") - ADDED
    assert not missing | too_much, f"missing: {sorted(missing)}; too much: {sorted(too_much)}"
    print(f"{Path(sdist).name}: {len(held)} files, complete")


def _files(*which: str) -> set[str]:
    """The files that git knows, or `which` of them."""
    listed = subprocess.run(["git", "ls-files", "-z", *which], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(listed.stdout.split("\0")) - {""}


if __name__ == "__main__":
    main(sys.argv[1])
