"""An audit passes as clean only if a database of vulnerabilities has answered."""

from __future__ import annotations

import re
from typing import Any

import pytest
from audit import verdict

CLEAN = {"name": "numpy", "version": "2.4.6", "vulns": []}
FLAWED = {"name": "torch", "version": "2.0.0", "vulns": [{"id": "PYSEC-1"}, {"id": "PYSEC-2"}]}
SKIPPED = {"name": "rich", "skip_reason": "Dependency not found on PyPI and could not be audited: rich (15.0.0)"}


def report(*dependencies: dict[str, Any]) -> dict[str, Any]:
    return {"dependencies": list(dependencies), "fixes": []}


@pytest.mark.parametrize(
    ("reports", "words", "fine"),
    [
        ({"pypi": report(CLEAN)}, "1 packages without known vulnerabilities, by pypi", True),
        ({"pypi": report(CLEAN, FLAWED)}, "known vulnerabilities, by pypi:\ntorch 2.0.0: PYSEC-1, PYSEC-2", False),
        ({"pypi": None, "osv": None}, "NOT AUDITED: no database .* \\(tried pypi, osv\\)", True),
        ({"pypi": report(SKIPPED), "osv": None}, "NOT AUDITED: no database", True),  # What pip-audit calls clean.
        ({"pypi": report(SKIPPED), "osv": report(FLAWED)}, "known vulnerabilities, by osv:\ntorch", False),
        ({"pypi": report(CLEAN, SKIPPED)}, "1 packages without .*, by pypi; NOT AUDITED, .*: rich", True),
    ],
)
def test_verdict(reports: dict[str, Any], words: str, fine: bool) -> None:
    words_found, passes = verdict(reports)
    assert passes is fine
    assert re.match(words, words_found), words_found
