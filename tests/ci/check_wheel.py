"""Check that a wheel holds both packages with their data, the right metadata, and nothing else.

python tests/ci/check_wheel.py WHEEL
"""

from __future__ import annotations

import email
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = {"seq_envs": ROOT / "seq_envs", "seq_agents": ROOT / "agents" / "seq_agents"}


def main(wheel: str) -> None:
    archive = zipfile.ZipFile(wheel)
    held = {name for name in archive.namelist() if ".dist-info/" not in name}
    wanted = {
        f"{package}/{path.relative_to(folder).as_posix()}"
        for package, folder in FOLDERS.items()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {"seq_envs/py.typed", "seq_envs/glyphs.npy", "seq_agents/py.typed", "seq_agents/cli/main.py"} <= held
    assert held == wanted, f"missing: {sorted(wanted - held)}; too much: {sorted(held - wanted)}"
    [info] = {name.partition("/")[0] for name in archive.namelist() if ".dist-info/" in name}
    metadata = email.message_from_bytes(archive.read(f"{info}/METADATA"))
    assert metadata["License-Expression"] == "MIT", "the licence is an SPDX expression"
    assert archive.read(f"{info}/licenses/{metadata['License-File']}") == (ROOT / "LICENSE").read_bytes()
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])
    print(f"{Path(wheel).name}: {len(held)} files, complete")


if __name__ == "__main__":
    main(sys.argv[1])
