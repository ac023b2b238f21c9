"""The command line: `derive table`, `list`, `show`, `network`, `kernel`, `verify` and more.

A module for each kind of command; to import them is to enter their commands.
"""

# isort: off
# In the order in which the help lists the commands.
from derive.cli import derivations, networks, kernels, checking, claims

# isort: on
from derive.cli.application import app, main

__all__ = ["app", "checking", "claims", "derivations", "kernels", "main", "networks"]
