"""Are there known vulnerabilities in what CI installs?   python tests/ci/audit.py, with pip-audit installed beside it

Asks a database of vulnerabilities about every pin of constraints.txt. A known one fails. Where no database can be
reached, as behind a mirror that has packages and nothing else, nothing is known: that is said, and does not fail.
pip-audit by itself would then call everything clean.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PINS = Path(__file__).parents[2] / "constraints.txt"
SERVICES = ("pypi", "osv")
"""The databases that pip-audit can ask: the first one that knows anything is believed."""


def ask(service: str) -> dict[str, Any] | None:
    """pip-audit's report; None if it could not make any."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(PINS), "--no-deps", "--disable-pip", "--timeout", "15"]
    done = subprocess.run(
        [*command, "-s", service, "-f", "json", "--progress-spinner", "off"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return None
    return report


def verdict(reports: dict[str, dict[str, Any] | None]) -> tuple[str, bool]:
    """What the databases say in words, and whether that is no reason to fail."""
    told = {name: report for name, report in reports.items() if report is not None and _known(report)}
    if not told:
        return f"NOT AUDITED: no database of vulnerabilities is in reach (tried {', '.join(reports)})", True
    name, report = next(iter(told.items()))
    known = _known(report)
    vulnerable = [
        f"{one['name']} {one['version']}: {', '.join(flaw['id'] for flaw in one['vulns'])}"
        for one in known
        if one["vulns"]
    ]
    if vulnerable:
        return "\n".join([f"known vulnerabilities, by {name}:", *vulnerable]), False
    unknown = [one["name"] for one in report["dependencies"] if "vulns" not in one]
    rest = f"; NOT AUDITED, since it knows nothing of them: {', '.join(unknown)}" if unknown else ""
    return f"{len(known)} packages without known vulnerabilities, by {name}{rest}", True


def _known(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The packages that a database knew: of the others pip-audit says that it skipped them."""
    return [one for one in report["dependencies"] if "vulns" in one]


if __name__ == "__main__":
    words, fine = verdict({service: ask(service) for service in SERVICES})
    print(words)
    sys.exit(not fine)
