"""The private functions of a generated NumPy module that the lines of its programs call, as text.

Sums that keep their digits, exponentials that fit, the leader of an example and what its labels
are. ``$name`` is filled in; the lines of stable forms are printed from their table.
"""

from __future__ import annotations

__all__ = ["HELPERS"]

HELPERS = {
    "_by_parts": '''

def _by_parts(block: Callable[..., Any], buffers: int, *arrays: Array, threads: int = 1) -> Any:
    """Call ``block`` for parts of all examples, as of a single one, and return their losses.

    No entry has to do with another, and so a part is a vector, wherever it begins and ends.
    """
    a = arrays[0]
    vectors = [array.reshape(-1) for array in arrays]
    if a.nbytes <= SMALL_BYTES:
        return block(*vectors, (None,) * buffers)
    length = CACHE_BYTES // ((len(arrays) + buffers) * a.itemsize)
    return np.array(_of_blocks(block, buffers, length - length % 1024, vectors, threads))
''',
    "_total": '''

_AT_ONCE = 10
"""Up to so many units are added one after the other."""
_GROUP = 4
"""So many are added at a time by a product with a matrix,"""
_GROUPED = 64
"""up to so many units, where chunks leave a rest; a matrix for more is too large."""
_CHUNKS_OF = (16, 8)
"""So many of more units are added at a time: the first that leaves no rest, if there is one."""
_CHUNKS = 64
"""Up to so many sums are added with more digits, which is dear."""
_LONG = 256
"""So many units are added example by example rather than copied."""
_COLUMNS = 4
"""Up to so many are added column by column, which is sooner done than row by row."""


def _total(values: Array) -> Any:
    """Return the sums over the units; the rounding does not grow with their number.

    What is added of float32, or of more units than a few, has more digits than the values.
    """
${vector}    units = values.shape[-1]
    if values.dtype.char == "f":
        values = values.astype(np.float64)
    elif units > _AT_ONCE:
        sums = _sums(values)
        return sums if values.ndim == 1 else sums[:, np.newaxis]
    sums = values.dot(_ones(units))
    return sums if values.ndim > 1 else sums[0]


@lru_cache(maxsize=8)
def _ones(units: int) -> Array:
    """Return a column of ones, for a sum over the units as a product."""
    return np.ones((units, 1))


@lru_cache(maxsize=8)
def _groups(units: int) -> Array:
    """Return the matrix that adds the units of each group."""
    group_of = np.arange(units)[:, np.newaxis] // _GROUP
    return np.equal(group_of, np.arange(-(-units // _GROUP))).astype(np.float64)


def _sums(values: Array) -> Any:
    """Add in chunks, and the chunks with more digits: one by one many roundings would add up."""
    units = values.shape[-1]
    if units <= _GROUPED and units % _CHUNKS_OF[-1]:
        total = np.add.reduce(values.dot(_groups(units)), axis=-1, dtype=np.longdouble)
        is_spoilt = np.isnan(total).any()  # by an infinity, times the 0 of another group
        return np.add.reduce(values, axis=-1, dtype=np.longdouble) if is_spoilt else total
    chunk = next((length for length in _CHUNKS_OF if units % length == 0), _CHUNKS_OF[0])
    return _in_chunks(values, chunk, _CHUNKS)


def _in_chunks(values: Array, chunk: int, most: float = math.inf) -> Any:
    """Add so many units at a time, and up to so many sums of them with more digits."""
    *examples, units = values.shape
    count, rest = divmod(units, chunk)
    chunks = values if rest == 0 else values[..., :-rest]
    if rest and units >= _LONG:
        sums = chunks.reshape(*examples, count, chunk) @ _ones(chunk)[:, 0]
    else:  # copied where a rest is left out
        sums = chunks.reshape(-1, chunk).dot(_ones(chunk)).reshape(*examples, count)
    if count > most:
        total = _sums(sums)
    elif count == 1:
        total = sums[..., 0]
    elif examples and count <= _COLUMNS:
        total = _by_columns(sums)
    else:
        total = np.add.reduce(sums, axis=-1, dtype=np.longdouble)
    return total + values[..., -rest:].dot(_ones(rest)[:, 0]) if rest else total


def _by_columns(values: Array) -> Array:
    """Add few columns with more digits."""
    total = values[:, 0].astype(np.longdouble)
    for column in range(1, values.shape[1]):
        total += values[:, column]
    return total
''',
    "_total_of_vector": '''

_TERMS = 384
"""So many terms are added in the format of the arrays, where they are products,"""
_CHUNK = 16
"""and so many of a vector."""


def _total_of_vector(values: Array) -> Any:
    """Return the sum of a vector: of chunks, and of these with more digits.

    Equal terms are rounded alike, so that one by one their roundings would add up.
    """
    size, is_wide = values.size, values.dtype.char == "d"
    if size < 2 * _CHUNK or (size <= _TERMS and not is_wide):
        return np.add.reduce(values, dtype=np.float64)
    rest = size % _CHUNK
    chunks = values[rest:] if rest else values
    if size <= _TERMS:  # BLAS adds them side by side
        total = chunks.dot(_ones(size - rest).ravel())
    else:
        sums = chunks.reshape(-1, _CHUNK).dot(_ones_of_chunk(values.dtype.char))
        total = np.add.reduce(sums, dtype=np.longdouble)
    return total + np.add.reduce(values[:rest], dtype=np.float64) if rest else total


@lru_cache(maxsize=2)
def _ones_of_chunk(dtype: str) -> Array:
    """Return ones, for a sum as a product."""
    return np.ones(_CHUNK, dtype)
''',
    "_inner": '''

_LANES = 16
"""BLAS adds so many products side by side, and those that are left over one by one."""


def _inner(left: Array, right: Array) -> Any:
    """Return the sums over the units of the products of two arrays."""
    if left.ndim > 1:
        return _total(left * right)
    size = left.size
    if size <= _LANES:
        return left.dot(right)
    rest = size % (_LANES if size <= _TERMS else _TERMS)
    if 0 < rest < size:  # what is left over is added apart, so that its roundings are small
        return _inner(left[rest:], right[rest:]) + _inner(left[:rest], right[:rest])
    if size <= _TERMS:
        return left.dot(right)
    sums = np.vecdot(left.reshape(-1, _TERMS), right.reshape(-1, _TERMS))
    return np.add.reduce(sums, dtype=np.longdouble)
''',
    "_of_one_block": '''

def _of_one_block(a: Array, y: Array, grad_a: Array, nowhere: Any, count: int) -> Any:
    """Do what `_value_and_grad_block` does; few numbers of float32 are computed in float64."""
    if a.dtype.char == "d" or a.nbytes > SMALL_BYTES:
        return _value_and_grad_block(a, y, grad_a, nowhere, count)
    wide = a.astype(np.float64)
    losses = _value_and_grad_block(wide, y, wide, nowhere, count)
    grad_a[...] = wide
    return losses
''',
    "_of_small": '''

def _of_small(block: Callable[..., Any], arrays: Sequence[Array], nowhere: Any) -> Any:
    """Return what ``block`` returns for one block; few numbers of float32 become float64."""
    if arrays[0].dtype.char == "d" or arrays[0].nbytes > SMALL_BYTES:
        return block(*arrays, nowhere)
    wide = [array.astype(np.float64) for array in arrays]
    losses = block(*wide, nowhere)
    arrays[-1][...] = wide[-1]
    return losses
''',
    "_LITTLE": '''

_LITTLE = 512
"""Up to so many numbers the calls of NumPy are the cost, and not the numbers."""
''',
    "_long_ones": '''

@lru_cache(maxsize=8)
def _long_ones(units: int) -> Array:
    """Return a column of ones with more digits: a product with it has as many, and starts soon."""
    return np.ones((units, 1), np.longdouble)
''',
    "_cut_sums": '''

_CUT = 26
"""The binary digits of the largest number that are in its head."""


def _cut_sums(values: Array, largest: Any, out: Array | None = None) -> tuple[Any, Any]:
    """Return the sums of the heads of numbers, which are exact, and of their tails.

    Heads are multiples of one power of two, and so few of them that nothing has to be rounded. The
    tails of k units are rounded by k² 2⁻²⁶ units of the largest number at most, which is that of
    all examples or of each.
    """
    ones = _ones(values.shape[-1])
    cut = np.ldexp(1.5, np.frexp(largest)[1] + _CUT)
    heads = np.add(values, cut, out=out)
    heads -= cut
    total = heads.dot(ones)
    tails = np.subtract(values, heads, out=heads)
    return total, tails.dot(ones)


def _without_small(total: Array, values: Array, largest: float) -> Array:
    """Add once more where a sum is so small that the rounding of the tails counts beside it."""
    totals, units = total.reshape(-1, 1), values.shape[-1]
    small = np.flatnonzero(np.abs(totals) < largest * units**2 * 2.0 ** (3 - _CUT))
    if small.size == 0:
        return total
    examples = values[small]
    if units <= _GROUPED:
        totals[small] = examples.sum(axis=-1, dtype=np.longdouble, keepdims=True)
    else:
        totals[small] = _cut_by_examples(examples)
    return total


def _cut_by_examples(values: Array) -> Array:
    """Return the sums with more digits, where what is large differs from example to example."""
    largest = np.maximum(values.max(axis=-1, keepdims=True), -values.min(axis=-1, keepdims=True))
    heads, tails = _cut_sums(values, largest)
    total: Array = heads.astype(np.longdouble) + tails
    return total
''',
    "_exact_total": '''

def _exact_total(values: Array, out: Array | None = None) -> Any:
    """Return the sums over the units, with more digits than the values; ``out`` is worked in."""
    if values.dtype.char == "f":
        return _total(values)
    if values.size <= _LITTLE:
        total: Any = values.dot(_long_ones(values.shape[-1]))
        return total if values.ndim > 1 else total[0]
    largest = float(np.fmax.reduce(np.abs(values, out=out), axis=None))
    if not largest < _CUT_BELOW:
        return values.sum(axis=-1, dtype=np.longdouble, keepdims=values.ndim > 1)
    heads, tails = _cut_sums(values, largest, out)
    total = heads.astype(np.longdouble) + tails
    if values.ndim == 1:
        return _without_small(total, values[np.newaxis], largest)[0]
    return _without_small(total, values, largest)


_CUT_BELOW = 1e290
"""Smaller numbers are cut; beside larger ones what cuts them would be infinite."""
''',
    "_sound_total": '''

def _sound_total(values: Array) -> Any:
    """Return the sums of doubles over the units: of many with more digits, of few rounded once."""
    units = values.shape[-1]
    if values.size <= _LITTLE:
        return values.dot(_long_ones(units)).astype(np.float64)
    largest = float(values.max())
    if units > _LITTLE:  # chunks are sooner added, and round no more where none is most of a sum
        total = _in_chunks(values, 8)[:, np.newaxis]
        return total if _EVEN * largest <= total.min() else _cut_by_examples(values)
    heads, tails = _cut_sums(values, largest)
    if units > _GROUPED:
        heads = heads.astype(np.longdouble)
    return _without_small(heads + tails, values, largest)


_EVEN = 8
"""A sum of at least so many times the largest number is not made of a few."""
''',
    "_plain_total": '''

def _plain_total(values: Array) -> Array:
    """Return the sums over the units of doubles, as they are rounded by the way."""
    total: Array = values.dot(_ones(values.shape[-1]))
    return total
''',
    "_scaled_difference": '''

def _scaled_difference(factor: Any, values: Array, taken: Array, out: Array) -> Array:
    """Return factor · values − taken, for a factor that has more digits; forget the values.

    Of few numbers it is rounded once. Of many the product is, and then the difference; what the
    rounding of the factor took away is put back.
    """
    if values.size <= _LITTLE:
        exact = values * factor
        exact -= taken
        out[...] = exact
        return out
    rounded = factor.astype(values.dtype)
    lost = np.where(np.isfinite(rounded), factor - rounded, 0).astype(values.dtype)
    np.multiply(values, rounded, out=out)
    put_back = np.multiply(values, lost, out=values)
    np.subtract(taken, put_back, out=put_back)
    out -= put_back
    return out
''',
    "_quotient_lost": '''

def _quotient_lost(above: float, left: float, right: float, quotient: float) -> float:
    """Return what the roundings of the quotient above / (left + right) took away."""
    below = left + right
    added = below - left
    below_lost = (left - (below - added)) + (right - added)
    product = quotient * below  # what it loses is known from the halves of its factors
    head = _SPLIT * quotient - (_SPLIT * quotient - quotient)
    below_head = _SPLIT * below - (_SPLIT * below - below)
    tail, below_tail = quotient - head, below - below_head
    crosswise = (head * below_head - product) + head * below_tail + tail * below_head
    product_lost = crosswise + tail * below_tail
    lost = ((above - product - product_lost) - quotient * below_lost) / below
    return lost if abs(lost) < math.inf else 0.0


_SPLIT = 2.0**27 + 1
"""By this a number is cut into halves, whose products are exact."""
''',
    "_slope_of_ramp": '''

def _slope_of_ramp(x: float, at_zero: float) -> float:
    """Return 1 for a positive x, 0 for a negative one, and the slope chosen between them at 0."""
    if x == 0.0:
        return at_zero
    return 1.0 if x > 0.0 else 0.0
''',
    "_leaders": '''

@lru_cache(maxsize=8)
def _starts(examples: int, units: int) -> Array:
    """Return the flat position of the first unit of each example."""
    return np.arange(0, examples * units, units)[:, np.newaxis]


def _leaders(a: Array) -> Any:
    """Return the flat position of the largest unit of each example."""
    if a.ndim == 1:
        return a.argmax()
    examples, units = a.shape
    if units <= 16 and examples >= 512:  # a row's maximum is dear where the row is short
        top = a[:, 0].copy()
        for unit in range(1, units):
            np.maximum(top, a[:, unit], out=top)
        leaders = np.flatnonzero(a == top[:, np.newaxis])[:, np.newaxis]
        if leaders.size == examples:
            units_of_leaders = leaders - _starts(examples, units)
            if 0 <= units_of_leaders.min() <= units_of_leaders.max() < units:  # one an example
                return leaders
    return a.argmax(axis=-1)[:, np.newaxis] + _starts(examples, units)
''',
    "_labelled_units": '''

def _labelled_units(a: Array, y: Array) -> Any:
    """Return the flat position of each example's label, if each has one, of 1, and no other."""
    if y.ndim == 1:
        return None
    examples, units = y.shape
    if y.size <= _LITTLE:
        if np.count_nonzero(y) != examples:
            return None
        labelled = y.argmax(axis=-1, keepdims=True) + _starts(examples, units)
    else:
        if np.count_nonzero(y[0]) != 1:  # labels of another kind are known by the first example
            return None
        bits = y.view(_BITS[y.dtype.char])
        if np.count_nonzero(bits) != examples:
            return None
        places = y.dot(_places(units, y.dtype.char))  # where each example has one label, of 1
        if not 0 <= places.min() <= places.max() < units:
            return None
        labelled = places.astype(np.intp)[:, np.newaxis] + _starts(examples, units)
    if y.take(labelled).tobytes() != _bytes_of_ones(examples, y.dtype.char):
        return None
    return labelled


_BITS = {"d": np.int64, "f": np.int32}
"""What numbers are looked at as, to find those that are not 0 sooner; −0.0 is one of them."""


@lru_cache(maxsize=8)
def _places(units: int, dtype: str) -> Array:
    """Return the number of each unit, for a sum over the labels as a product."""
    return np.arange(units, dtype=dtype)


@lru_cache(maxsize=8)
def _bytes_of_ones(count: int, dtype: str) -> bytes:
    """Return what stands in the memory of ones: bytes are compared sooner than numbers."""
    return np.ones(count, dtype).tobytes()


def _is_bounded(a: Array, limit: int) -> bool:
    """Say whether no number is larger than the limit: of few, whether their length is not."""
    if a.size <= _LITTLE:
        numbers = a.ravel()
        return bool(numbers.dot(numbers) <= limit**2)
    return bool(a.max() <= limit and a.min() >= -limit)


_WIDE = 1e150
"""Numbers from its reciprocal to it have quotients that fit into float64."""


def _are_within(labelled: Array, partition: Array) -> Array:
    """Say of which examples the exponentials fit, by that of the labelled unit and the sum of all.

    A sum is as large as every exponential in it. One that is too small for float64, beside a sum
    that is not, has a quotient that is too small for float32.
    """
    are_within: Array = (labelled >= 1 / _WIDE) & (partition <= _WIDE)
    return are_within
''',
    "_is_moderate": '''

_MODERATE = {"d": 300, "f": 37}
_SOON_ASKED = 2**14
"""Up to so many numbers have their length taken sooner than anything else."""


def _is_moderate(a: Array, reference: Any) -> bool:
    """Say whether e^a itself serves, and its sums and quotients, beside e^reference.

    They do where the reference is from 0 to the limit: what becomes too small has a quotient that
    is too small. They do below 0, too, where nothing is below −limit.
    """
    limit = _MODERATE[a.dtype.char]
    if a.size <= _SOON_ASKED and np.vdot(a, a) <= limit**2:
        return True
    low, high = reference.min(initial=0), reference.max(initial=0)
    return bool(high <= limit and (low >= 0 or a.min(initial=0) >= -limit))
''',
    "_finite": '''

def _finite(gaps: Array, is_moderate: bool, out: Array | None = None) -> Array:
    """Keep gaps that are too wide for the format at the widest that it holds."""
    if is_moderate:
        return gaps
    kept: Array = np.maximum(gaps, np.finfo(gaps.dtype).min, out=out)
    return kept
''',
    "_exp": '''

def _exp(values: Array, out: Array | None = None) -> Array:
    """Return the exponentials: of float32 by float64, since NumPy's own are up to 2.5 units off."""
    if values.dtype.char == "d":
        powers: Array = np.exp(values, out=out)
        return powers
    out = np.empty_like(values) if out is None else out
    return np.exp(values, out=out, dtype=np.float64, casting="unsafe")
''',
    "_ONE": '''

_ONE = np.array(1.0)
"""NumPy is sooner done with an array than with a number."""
''',
    "_HALF": '''

_HALF = np.array(0.5)
"""As an array, too."""
''',
    "_exponentials": '''

def _exponentials(a: Array, reference: Any, is_moderate: bool, out: Array | None = None) -> Array:
    """Return e^(a − c), for a number c of each example.

    Where the exponentials of an example fit its c is 0, since a difference has to be rounded. Else
    it is the reference, or below it where a gap is so wide that what counts beside the reference
    would not be a normal number, and the exponential is corrected for what the rounding took away.
    """
    if is_moderate:
        return _exp(a, out=out)
    limit, lowest = _MODERATE[a.dtype.char], a.min(axis=-1, keepdims=a.ndim > 1)
    fits = (reference <= limit) & ((reference >= 0) | (lowest >= -limit))
    is_wide = lowest < reference - 2 * limit
    reference = np.where(fits, 0, np.where(is_wide, reference - limit // 4, reference))
    if a.dtype.char == "f":  # twice the digits hold the difference
        powers = np.exp(a - reference.astype(np.float64))
        out = np.empty_like(a) if out is None else out
        out[...] = powers
        return out
${compensated}
''',
    "_weighted_gaps": '''

def _weighted_gaps(
    weights: Array, a: Array, reference: Any, is_moderate: bool, out: Array | None = None
) -> Array:
    """Return the gaps a − reference, times their weights; ``out`` may be the weights."""
    gaps: Array
    if is_moderate:
        gaps = np.subtract(a, reference, out=None if out is weights else out)
        gaps = np.multiply(gaps, weights, out=out)
    else:  # half of a gap fits where the whole is too wide for the format
${halved}
    return gaps
''',
    "_largest": '''

def _largest(values: Array) -> Any:
    """Return the largest value of each example."""
    return values.max(axis=-1, keepdims=values.ndim > 1)
''',
    "_largest_rival": '''

def _largest_rival(values: Array, leader: Any) -> Any:
    """Return the largest value of each example but the leader's."""
    rivals = values.copy()
    rivals.put(leader, -np.inf)
    return _largest(rivals)
''',
    "_sum_but_largest": '''

def _sum_but_largest(values: Array) -> Any:
    """Return the sum of each example without its largest value."""
    smaller = values.copy()
    smaller.put(_leaders(values), 0)
    return _total(smaller)
''',
}
"""The private functions that the lines of a program call; a module has those that it needs."""
