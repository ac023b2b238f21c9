"""The softmax pass: the class with the largest pre-activation is treated apart from its rivals.

With l the leader, t = e^{a_l} and o = Σ_{j≠l} e^{a_j}, all of it scaled alike, softmax has
ŷ_l = t/(t + o), and the doubt c = 1 − ŷ_l = o/(t + o) is known without a subtraction. So every sum
that holds ŷ is cut into what its rivals give, where ŷ_i ≤ ½, and what it gives at the leader,
written as a polynomial in c and ŷ_l. Where a 1/c is left for a rival, it meets a ŷ_i, and ŷ_i/c is
the share of i among the rivals: a softmax of its own. All this holds for any class l and any scale,
so it is proved with both free.
"""

from __future__ import annotations

from sympy import (
    Add,
    Expr,
    Indexed,
    Mul,
    Poly,
    Pow,
    S,
    Sum,
    binomial,
    cancel,
    collect,
    diff,
    exp,
    expand,
    factor,
    log,
)

from derive.errors import UnsupportedExpression
from derive.generate.primitives import (
    finite,
    largest,
    largest_rival,
    log1p,
    placed,
    scaled_exp,
    sum_but_largest,
    weighted_gap,
)
from derive.generate.program import (
    CLASS,
    LEADER,
    Assignment,
    Program,
    base_name,
    inline,
    names_in,
    read,
    rewrite,
)
from derive.generate.spec import pre_activation
from derive.generate.stabilize import drop_unused
from derive.language import Entries, canonical, index, k, quantity, softmax, substitute, total

__all__ = [
    "SPREAD",
    "divide_once",
    "forget_unread_leaders",
    "fuse_prediction",
    "set_leader_apart",
    "weigh_gaps",
]

_J = index("j")


def _entry(name: str, position: Expr = CLASS) -> Expr:
    return quantity(name, k)[position]


_OTHERS, _PARTITION, _DOUBT = (read(name, False) for name in ("others", "partition", "doubt"))
_TOP, _LEADING, _RUNNER_UP = (read(name, False) for name in ("top", "leading", "runner_up"))
_NEARBY_TOP, _NEARBY_SUM = read("nearby_top", False), read("nearby_sum", False)

_ANATOMY: tuple[Assignment, ...] = (
    Assignment("shifted", finite(_entry("a") - _entry("a", LEADER)), True),
    Assignment("powers", scaled_exp(_entry("a"), _entry("a", LEADER)), True),
    Assignment("top", _entry("powers", LEADER), False),
    Assignment("rivals", placed(_entry("powers"), S.Zero, CLASS), True),
    Assignment("others", total(_entry("rivals", _J), _J, k), False),
    Assignment("partition", _TOP + _OTHERS, False),
    Assignment("leading", _TOP / _PARTITION, False),
    Assignment("doubt", _OTHERS / _PARTITION, False),
    Assignment("runner_up", largest_rival(Entries(_entry("a", _J), (_J, k))), False),
    Assignment("nearby_powers", scaled_exp(_entry("a"), _RUNNER_UP), True),
    Assignment("nearby", placed(_entry("nearby_powers"), S.Zero, CLASS), True),
    Assignment("nearby_top", largest(Entries(_entry("nearby", _J), (_J, k))), False),
    Assignment("nearby_sum", total(_entry("nearby", _J), _J, k), False),
    Assignment("share", _entry("nearby") / _NEARBY_SUM, True),
    Assignment("further", sum_but_largest(Entries(_entry("nearby", _J), (_J, k))), False),
    Assignment("behind", _NEARBY_TOP - _entry("nearby"), True),
    Assignment("other_shares", (read("further", False) + _entry("behind")) / _NEARBY_SUM, True),
    Assignment(
        "log_others",
        finite(_RUNNER_UP - _entry("a", LEADER)) + log(_NEARBY_SUM / _NEARBY_TOP),
        False,
    ),
    Assignment("log_partition", log1p(_OTHERS / _TOP), False),
    Assignment("log_doubt", read("log_others", False) - read("log_partition", False), False),
    Assignment(
        "log_complement",
        placed(log1p(-_entry("prediction")), read("log_doubt", False), CLASS),
        True,
    ),
)
"""What a softmax is made of; `drop_unused` leaves what a program needs."""

SPREAD = str(_TOP), str(_PARTITION)
"""The numbers of an example between which its exponentials and their quotients lie, or fit."""

_LOG_PARTITION = read("log_partition", False)
_PREDICTION = placed(_entry("rivals") / _PARTITION, _LEADING, CLASS)


def set_leader_apart(program: Program) -> Program:
    """Compute everything that a softmax enters from the leader and its rivals.

    Raises
    ------
    UnsupportedExpression
        If a softmax is taken of anything but the pre-activations.
    """
    if not any(one.value.has(softmax) or _log_partitions(one.value) for one in program.assignments):
        return program
    surgeon = _Surgeon(program)
    for assignment in program.assignments:
        value = surgeon.operate(assignment)
        surgeon.assignments.append(Assignment(assignment.name, value, assignment.per_class))
    return Program(tuple(surgeon.assignments), program.results)


def fuse_prediction(program: Program) -> Program:
    """Spare the prediction as an array of its own where only one assignment reads its rivals."""
    needed = drop_unused(program).assignments
    readers = [one for one in needed if "prediction" in names_in(one.value)]
    if len(readers) != 1 or "prediction" in program.results or "rivals" not in program:
        return program
    if not isinstance(readers[0].value, placed):
        return program
    rival = Assignment("prediction", _PREDICTION.args[0], True)
    fused = Assignment(readers[0].name, inline(readers[0].value, (rival,)), True)
    return Program(
        tuple(fused if one == readers[0] else one for one in program.assignments), program.results
    )


def forget_unread_leaders(program: Program) -> Program:
    """Leave out the leader's entry of an array where every reader sets its own."""
    unread: set[str] = set()
    for one in reversed(program.assignments):
        readers = [two for two in program.assignments if one.name in names_in(two.value)]
        is_inner = one.per_class and one.name not in program.results
        if is_inner and all(_overwrites_leader(reader, one.name, unread) for reader in readers):
            unread.add(one.name)
    return Program(
        tuple(
            Assignment(one.name, one.value.args[0], True)
            if one.name in unread and isinstance(one.value, placed)
            else one
            for one in program.assignments
        ),
        program.results,
    )


def weigh_gaps(program: Program) -> Program:
    """Multiply a gap by its weight in one: the product may fit where the gap does not."""
    if "shifted" not in program:
        return program
    return drop_unused(
        Program(
            tuple(
                one
                if one.name == "shifted"
                else Assignment(one.name, rewrite(one.value, _weighed), one.per_class)
                for one in program.assignments
            ),
            program.results,
        )
    )


def _weighed(node: Expr) -> Expr | None:
    if not isinstance(node, Mul):
        return None
    for part in node.args:
        rest, terms = node / part, Add.make_args(part)
        for term in terms:
            if isinstance(term, Indexed) and base_name(term) == "shifted":
                position = term.indices[0]
                number, weight = rest.as_coeff_Mul()
                gap = number * weighted_gap(weight, _entry("a", position), _entry("a", LEADER))
                others = Add(*(other for other in terms if other is not term))
                return gap + (rewrite(rest * others, _weighed) if others != 0 else S.Zero)
    return None


def divide_once(program: Program) -> Program:
    """Divide the leader's entry by the partition once, where every term holds ŷ_l or c once."""
    if not {"leading", "doubt"} <= set(program.names):
        return program
    return drop_unused(
        Program(
            tuple(
                Assignment(one.name, rewrite(one.value, _divided_once), one.per_class)
                for one in program.assignments
            ),
            program.results,
        )
    )


def _divided_once(node: Expr) -> Expr | None:
    if not isinstance(node, placed):
        return None
    rival, leader, position = node.args
    plain = leader.xreplace({_LEADING: _TOP, _DOUBT: _OTHERS})
    doubled = plain.xreplace({_TOP: 2 * _TOP, _OTHERS: 2 * _OTHERS})
    is_linear = isinstance(leader, Add) and expand(doubled - 2 * plain) == 0
    return placed(rival, plain / _PARTITION, position) if is_linear else None


def _overwrites_leader(reader: Assignment, name: str, unread: set[str]) -> bool:
    """Say whether ``reader`` makes nothing of the leader's entry of the array ``name``."""
    value = reader.value
    gathered = value.atoms(Sum, Entries) | {e for e in value.atoms(Indexed) if LEADER in e.indices}
    if not reader.per_class or any(name in names_in(part) for part in gathered):
        return False
    if reader.name in unread:
        return True
    return isinstance(value, placed) and name not in names_in(value.args[1])


def _log_partitions(value: Expr) -> list[Expr]:
    vector = canonical(total(exp(pre_activation[_J]), _J, k))
    return [
        node
        for node in sorted(value.atoms(log), key=str)
        if isinstance(node.args[0], Sum) and canonical(node.args[0]) == vector
    ]


class _Surgeon:
    """Cuts one assignment after the other, with the program that they stand in at hand."""

    def __init__(self, program: Program) -> None:
        self.program = program
        known = {*(one.name for one in _ANATOMY), *program.names, "a"}
        self.assignments = [one for one in _ANATOMY if names_in(one.value) <= known]
        self.dependent = _dependent_on_prediction(program)

    def operate(self, assignment: Assignment) -> Expr:
        """Return the value of an assignment, the leader set apart in it."""
        if assignment.name == "prediction":
            return _prediction_of(assignment.value)
        value = self._shift(assignment.value)
        value = rewrite(value, self._logarithm)
        return rewrite(value, self._cut)

    def _shift(self, value: Expr) -> Expr:
        """Read a_i − a_l for a_i where adding a number to every a_i changes nothing."""
        logs = _log_partitions(value)
        if not logs:
            return value
        plain = value.xreplace(dict.fromkeys(logs, _LOG_PARTITION))
        if self._slope_along_ones(plain) != 0:
            return plain.xreplace({_LOG_PARTITION: _LOG_PARTITION + _entry("a", LEADER)})
        return rewrite(plain, _shifted)

    def _slope_along_ones(self, value: Expr) -> Expr:
        """Return the derivative by t of ``value`` at a + t·1, where ŷ does not change."""
        roles = [one for one in self.program.assignments if one.name == "label_sum"]
        value = inline(value, roles)
        if isinstance(value, Sum):
            (limit,) = value.limits
            body = expand(self._slope_along_ones(value.function))
            return canonical(total(body, limit[0], limit[2]))
        sums = {node: read(f"sum_{number}", False) for number, node in enumerate(_sums(value))}
        outside = value.xreplace(sums)
        slope = diff(outside, _LOG_PARTITION)
        for entry in outside.atoms(Indexed):
            if base_name(entry) == "a":
                slope += diff(outside, entry)
        for node, name in sums.items():
            slope += diff(outside, name) * self._slope_along_ones(node)
        back = {name: canonical(node) for node, name in sums.items()}
        return expand(slope.xreplace(back))

    def _logarithm(self, node: Expr) -> Expr | None:
        if not isinstance(node, log) or not isinstance(node.args[0], Indexed):
            return None
        entry = node.args[0]
        if base_name(entry) == "complement":
            return _entry("log_complement", entry.indices[0])
        if base_name(entry) == "prediction":
            return _entry("shifted", entry.indices[0]) - _LOG_PARTITION
        return None

    def _cut(self, node: Expr) -> Expr | None:
        if isinstance(node, placed):
            return node
        if isinstance(node, Mul):
            sums = [factor for factor in node.args if self._needs_cut(factor)]
            position = _position(node, self.dependent)
            if position is None or not any(_singular(self._halves(s, position)) for s in sums):
                return None
            return placed(*self._halves(node, position), position)
        position = _position(node, self.dependent)
        if position is None or not self._needs_cut(node):
            return None
        return placed(*self._halves(node, position), position)

    def _needs_cut(self, node: Expr) -> bool:
        if not isinstance(node, Add) or _position(node, self.dependent) is None:
            return False
        means = any(names_in(part) & self.dependent for part in _sums(node))
        return means or any("prediction" in names_in(term) for term in node.args)

    def _halves(self, node: Expr, position: Expr) -> tuple[Expr, Expr]:
        """Return what ``node`` is for a rival and what it is for the leader."""
        rival = _by_shares(rewrite(node, self._mean), position)
        whole = rewrite(node, self._leader_and_rest)
        leader = cancel(self._at_leader(substitute(whole, {position: LEADER}), expanded=True))
        return rival, leader if _singular((leader,)) else self._polynomial(leader)

    def _mean(self, node: Expr) -> Expr | None:
        """Return the name of a sum that holds ŷ, or the sum as it is where it has a 1/c."""
        value = self._leader_and_rest(node)
        if value is None or _singular((value,)):
            return value
        return self._bind("mean", value)

    def _leader_and_rest(self, node: Expr) -> Expr | None:
        if not isinstance(node, Sum) or not names_in(node) & self.dependent:
            return None
        (limit,) = node.limits
        entry = substitute(node.function, {limit[0]: LEADER})
        at_leader = self._at_leader(entry)
        if _singular((at_leader,)):
            at_leader = self._by_powers(self._at_leader(entry, expanded=True))
        body = substitute(node.function, {limit[0]: _J})
        return at_leader + self._bind("rest", total(placed(body, S.Zero, _J), _J, k))

    def _by_powers(self, value: Expr) -> Expr:
        """Write a value as powers of c, negative ones too, with what labels alone give by name."""
        powers = collect(expand(value), _DOUBT, evaluate=False)
        return Add(*(self._labels_together(part) * power for power, part in powers.items()))

    def _at_leader(self, value: Expr, *, expanded: bool = False) -> Expr:
        """Read the leader's entries by c; by names for the rest of them unless ``expanded``."""
        known = {one.name: one for one in self.assignments}

        def entry(node: Expr) -> Expr | None:
            if isinstance(node, Indexed) and node.indices[0] == LEADER:
                return self._leaders_entry(known.get(base_name(node)))
            if expanded and node == _LEADING:
                return 1 - _DOUBT
            if expanded and node.is_Symbol and str(node).startswith("offset"):
                return known[str(node)].value
            if isinstance(node, placed) and node.args[2] == LEADER:
                return node.args[1]
            return None

        while (answer := rewrite(value, entry)) != value:
            value = answer
        return value if expanded else rewrite(value, self._offset)

    def _offset(self, node: Expr) -> Expr | None:
        """Name what labels alone give: it is exact for 0/1 labels, so it is added first."""
        of_labels = isinstance(node, Add) and names_in(node) <= {"y", "label_sum"}
        return self._bind("offset", node) if of_labels else None

    def _leaders_entry(self, assignment: Assignment | None) -> Expr | None:
        if assignment is None or assignment.name not in self.dependent:
            return None
        if assignment.name == "prediction":
            return _LEADING
        if isinstance(assignment.value, placed):
            return assignment.value.args[1]
        return substitute(assignment.value, {CLASS: LEADER})

    def _polynomial(self, value: Expr) -> Expr:
        """Order by powers of the doubt c; what labels alone give, by those of ŷ_l = 1 − c as well.

        Σ bⱼ ŷ_lⁿ⁻ʲ cʲ has no cancellation for 0/1 labels: there the bⱼ are exact, and ŷ_l and c
        are both known without a subtraction.
        """
        if _DOUBT not in value.free_symbols or not value.is_polynomial(_DOUBT):
            return value
        polynomial, times = _without_root_at_one(Poly(value, _DOUBT))
        of_labels, of_sums = {}, {}
        for (power,), part in polynomial.as_dict().items():
            of_labels[power], of_sums[power] = _labels_and_sums(part)
        terms = [
            self._labels_together(part) * _LEADING**one * _DOUBT**two
            for one, two, part in _bernstein(of_labels)
        ]
        terms += [part * _DOUBT**power for power, part in of_sums.items()]
        return Add(*terms) * _LEADING**times

    def _labels_together(self, value: Expr) -> Expr:
        return value if len(Add.make_args(value)) == 1 else self._bind("offset", value)

    def _bind(self, name: str, value: Expr) -> Expr:
        for known in self.assignments:
            if canonical(known.value) == canonical(value):
                return known.read
            if not known.per_class and canonical(known.value) == canonical(-value):
                return -known.read
        number = sum(known.name.split("_")[0] == name for known in self.assignments)
        free = name if number == 0 else f"{name}_{number + 1}"
        self.assignments.append(Assignment(free, value, per_class=False))
        return read(free, False)


def _without_root_at_one(polynomial: Poly) -> tuple[Poly, int]:
    """Take out the factors 1 − c: they are ŷ_l itself, known without a subtraction."""
    times, factor_of_leader = 0, Poly(1 - _DOUBT, _DOUBT)
    while not polynomial.is_zero and polynomial.rem(factor_of_leader).is_zero:
        polynomial, times = polynomial.quo(factor_of_leader), times + 1
    return polynomial, times


def _labels_and_sums(value: Expr) -> tuple[Expr, Expr]:
    terms = Add.make_args(value)
    of_labels = [term for term in terms if names_in(term) <= {"y", "label_sum"}]
    return Add(*of_labels), Add(*(term for term in terms if term not in of_labels))


def _bernstein(coefficients: dict[int, Expr]) -> list[tuple[int, int, Expr]]:
    """Write Σ qⱼ cʲ as Σ bⱼ (1 − c)ⁿ⁻ʲ cʲ: the exponents of 1 − c and of c, and bⱼ.

    Examples
    --------
    >>> from sympy import Symbol
    >>> r, y = Symbol("r"), Symbol("y")
    >>> _bernstein({0: r - y, 1: -r})
    [(1, 0, r - y), (0, 1, -y)]
    """
    kept = {power: part for power, part in coefficients.items() if part != 0}
    degree = max(kept, default=0)
    found = []
    for power in range(degree + 1):
        part = Add(*(binomial(degree - j, power - j) * q for j, q in kept.items() if j <= power))
        if expand(part) != 0:
            found.append((degree - power, power, expand(part)))
    return found


def _prediction_of(value: Expr) -> Expr:
    expected = softmax(Entries(pre_activation[_J], (_J, k)), CLASS)
    if canonical(value) != canonical(expected):
        raise UnsupportedExpression("the generator", value, "a softmax of the pre-activations")
    return _PREDICTION


def _dependent_on_prediction(program: Program) -> frozenset[str]:
    found = {"prediction"}
    for assignment in program.assignments:
        if assignment.per_class and names_in(assignment.value) & found:
            found.add(assignment.name)
    return frozenset(found)


def _shifted(node: Expr) -> Expr | None:
    if isinstance(node, Indexed) and base_name(node) == "a":
        return _entry("shifted", node.indices[0])
    return None


def _sums(value: Expr) -> list[Expr]:
    return sorted(value.atoms(Sum), key=str)


def _position(node: Expr, dependent: frozenset[str]) -> Expr | None:
    bound = {limit[0] for part in _sums(node) for limit in part.limits}
    found = {
        entry.indices[0]
        for entry in node.atoms(Indexed)
        if base_name(entry) in dependent and entry.indices[0] not in bound
    }
    return found.pop() if len(found) == 1 else None


def _singular(halves: tuple[Expr, ...]) -> bool:
    return any(
        power.base == _DOUBT and power.exp.is_negative
        for half in halves
        for power in half.atoms(Pow)
    )


def _by_shares(value: Expr, position: Expr) -> Expr:
    """Write ŷ_i/c as the share of i, in the terms where a 1/c stands.

    These terms cancel as they stand, so they are multiplied out and gathered again.
    """
    regular, singular = _regular_and_singular(value)
    singular = singular.xreplace({_LEADING: 1 - _DOUBT})
    terms = Add.make_args(expand(rewrite(singular, _written_out_complement)))
    return regular + _share_product(Add(*(_share_term(term, position) for term in terms)), position)


def _regular_and_singular(value: Expr) -> tuple[Expr, Expr]:
    """Cut a value into what has no 1/c and the rest, multiplying out no more than that takes."""
    if not _singular((value,)):
        return value, S.Zero
    if isinstance(value, Add):
        halves = [_regular_and_singular(term) for term in value.args]
        return Add(*(half[0] for half in halves)), Add(*(half[1] for half in halves))
    if isinstance(value, Mul):
        sums = [part for part in value.args if isinstance(part, Add) and _singular((part,))]
        if len(sums) == 1 and not _singular((value / sums[0],)):
            regular, singular = _regular_and_singular(sums[0])
            return regular * (value / sums[0]), singular * (value / sums[0])
        terms = expand(value)
        return _regular_and_singular(terms) if isinstance(terms, Add) else (S.Zero, value)
    return S.Zero, value


def _written_out_complement(node: Expr) -> Expr | None:
    if isinstance(node, Pow) and node.exp.is_negative:
        return node
    if isinstance(node, Indexed) and base_name(node) == "complement":
        return 1 - _entry("prediction", node.indices[0])
    return None


def _share_product(value: Expr, position: Expr) -> Expr:
    """Gather the terms with a share; 1 − share is what the other rivals have, known as a sum."""
    share, others = _entry("share", position), _entry("other_shares", position)
    gathered = factor(value)
    return rewrite(gathered, lambda node: {1 - share: others, share - 1: -others}.get(node))


def _share_term(term: Expr, position: Expr) -> Expr:
    powers = term.as_powers_dict()
    prediction = _entry("prediction", position)
    times = max(-powers.get(_DOUBT, 0), 0)
    if powers.get(prediction, 0) < times:
        return term
    return term * (_entry("share", position) * _DOUBT / prediction) ** times
