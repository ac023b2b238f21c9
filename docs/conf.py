"""How the documentation is built: ``sphinx-build -W docs docs/_build``."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "gradproof"
author = "the gradproof authors"
copyright = f"2026, {author}"  # noqa: A001
version = release = version_of("gradproof")

extensions = ["myst_parser", "pairs", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "_extensions", "examples"]

html_theme = "furo"
html_title = "gradproof"
html_static_path = ["_static"]
html_css_files = ["formulas.css"]
html_copy_source = False

autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False
myst_heading_anchors = 3
# Both wings have an `UnknownName`, and a Raises section names its errors without the module.
suppress_warnings = ["ref.python"]
