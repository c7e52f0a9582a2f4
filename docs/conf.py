"""Settings of the documentation site. Build it with: sphinx-build -W --keep-going docs build/docs"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = [str(ROOT), str(ROOT / "agents")]
sys.path[:0] = [*PACKAGES, str(ROOT / "docs" / "extensions")]
os.environ["PYTHONPATH"] = os.pathsep.join([*PACKAGES, os.environ.get("PYTHONPATH", "")])  # For the notebooks' kernels.

import seq_envs  # noqa: E402 - from this checkout, which the line above puts first.

project = "seq-envs"
author = "The seq-envs authors"
copyright = author
release = seq_envs.__version__
language = "en"

extensions = [
    "myst_nb",
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

nb_execution_mode = "force"  # Notebooks are in git without outputs, and the build runs each of them once.
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_merge_streams = True
nb_output_stderr = "remove"
nb_code_prompt_show = nb_code_prompt_hide = "Solution"  # Only solutions are folded.

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
