"""The code blocks of the README. As a script, prints the sh block of a number: python tests/support/readme.py 0"""

from __future__ import annotations

import re
import sys

from paths import README


def blocks(language: str) -> list[str]:
    """The code blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


if __name__ == "__main__":
    print(blocks("sh")[int(sys.argv[1])])
