"""Look for known vulnerabilities in the packages that CI installs.

    python tests/ci/audit.py          (with the Python of an environment that has pip-audit)

Asks a database of vulnerabilities about every pin of constraints.txt, and fails if it knows one. Where no database can
be reached, for example behind a mirror of packages, it says NOT AUDITED and does not fail; pip-audit itself would call
all packages clean.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PINS = Path(__file__).parents[2] / "constraints.txt"
SERVICES = ("pypi", "osv")
"""The databases that pip-audit can ask. The first one that answers decides."""


def ask(service: str) -> dict[str, Any] | None:
    """pip-audit's report; None if it made none."""
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
    """What the databases say in words, and whether the audit passes."""
    answered = {name: report for name, report in reports.items() if report is not None and _known(report)}
    if not answered:
        return f"NOT AUDITED: no database of vulnerabilities is in reach (tried {', '.join(reports)})", True
    name, report = next(iter(answered.items()))
    known = _known(report)
    vulnerable = [
        f"{package['name']} {package['version']}: {', '.join(flaw['id'] for flaw in package['vulns'])}"
        for package in known
        if package["vulns"]
    ]
    if vulnerable:
        return "\n".join([f"known vulnerabilities, by {name}:", *vulnerable]), False
    unknown = [package["name"] for package in report["dependencies"] if "vulns" not in package]
    rest = f"; NOT AUDITED, since it does not know them: {', '.join(unknown)}" if unknown else ""
    return f"{len(known)} packages without known vulnerabilities, by {name}{rest}", True


def _known(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The packages that the database knows; pip-audit reports the others as skipped."""
    return [package for package in report["dependencies"] if "vulns" in package]


if __name__ == "__main__":
    words, fine = verdict({service: ask(service) for service in SERVICES})
    print(words)
    sys.exit(not fine)
