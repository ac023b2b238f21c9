"""The passes in the order in which they are applied."""

from __future__ import annotations

from derive.generate.common import in_order, merge_copies, name_placed, renumber, share_common
from derive.generate.leader import forget_unread_leaders, fuse_prediction, set_leader_apart
from derive.generate.logits import in_logits, logits_of, with_logits
from derive.generate.lower import lower
from derive.generate.program import Pass, Program
from derive.generate.spec import KernelSpec
from derive.generate.stabilize import (
    drop_unused,
    finish,
    inline_prediction,
    use_stable_forms,
)

__all__ = ["PASSES", "program_of"]

PASSES: tuple[Pass, ...] = (
    drop_unused,
    inline_prediction,
    use_stable_forms,
    set_leader_apart,
    fuse_prediction,
    drop_unused,
    in_order,
    finish,
    merge_copies,
    share_common,
    drop_unused,
    name_placed,
    forget_unread_leaders,
    drop_unused,
    renumber,
)
"""Each keeps what the results mean."""


def program_of(spec: KernelSpec, function: str) -> Program:
    """Return the program of one function of the module, every pass applied."""
    logits = logits_of(spec)
    program = lower(spec if logits is None else in_logits(spec, logits), function)
    for one in PASSES:
        program = one(program)
    return program if logits is None else with_logits(program, logits)
