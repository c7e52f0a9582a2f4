"""Settings of the documentation site. Build it with: sphinx-build -W --keep-going docs build/docs"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "agents"), str(ROOT / "docs" / "extensions")]

import seq_envs  # noqa: E402 - from this checkout, which the line above puts first.

project = "seq-envs"
author = "The seq-envs authors"
copyright = author
release = seq_envs.__version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "docstrings",
    "references",
    "generated_pages",
    "game_directive",
]
exclude_patterns = ["extensions"]
nitpicky = True
smartquotes = False

myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]

napoleon_use_rtype = False  # Return values are described, and their types stand in the signature.
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_maximum_signature_line_length = 80
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = "seq-envs"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
