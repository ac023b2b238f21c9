"""The legal and the refused pairs of the catalogue, for tests that walk it."""

from __future__ import annotations

import derive
from derive.catalogue import refusal

ALL = [(unit.name, loss.name) for unit in derive.outputs() for loss in derive.losses()]
REFUSED = [
    (unit.name, loss.name)
    for unit in derive.outputs()
    for loss in derive.losses()
    if refusal(unit, loss)
]
LEGAL = [names for names in ALL if names not in REFUSED]
