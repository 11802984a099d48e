"""Answers in one form, and what counts as different."""

import json
import math
from fractions import Fraction

# How far floats may differ, relative to the larger.
TOLERANCE = 1e-9
# Between these sizes a variance takes notice of a value: nearer to 0 it counts as 0, beyond the variance is null.
SMALLEST_OF_VARIANCE, LARGEST_OF_VARIANCE = 2.0**-400, 2.0**450
UNITS = 2**453
# A quantile is cut by less than one of so many parts; whole numbers below this are not.
CUT_PARTS, CUT_FROM = 256, 512
# Nearer to 0 than the first, where floats have fewer digits, it is cut by less than the second.
SUBNORMAL, CUT_OF_SUBNORMAL = 2.0**-1022, 2.0**-1030
_DAY = 86_400_000


def of_duckdb(rows):
    """Rows of SQL as an answer's: the start of a bucket and its offset become its label."""
    return [[label(start, offset), *rest] for start, offset, *rest in rows]


def of_gristmill(text):
    """The columns and the rows of gristmill's JSON."""
    answer = json.loads(text)
    return [(field["name"], field["type"]) for field in answer["fields"]], answer["data"]


def fields(translation):
    """The columns that an answer must have."""
    dimensions = [(name, "dimension") for name in ("timestamp", *translation.groups)]
    return dimensions + [(name, "metric") for name in translation.metrics]


def label(start, offset):
    """A bucket's label: its start, in milliseconds, as the clock with that offset shows it."""
    days, rest = divmod(start + offset, _DAY)
    year, month, day = civil(days)
    years = f"{year:04}" if 0 <= year <= 9999 else f"{'-' if year < 0 else '+'}{abs(year):06}"
    minutes, milliseconds = divmod(rest, 60_000)
    time = f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"
    return f"{years}-{month:02}-{day:02}T{time}{offset_of_label(offset)}"


def offset_of_label(offset):
    """`Z` for none, else hours and minutes, and seconds where there are some."""
    if offset == 0:
        return "Z"
    minutes, milliseconds = divmod(abs(offset), 60_000)
    seconds = f":{milliseconds // 1000:02}" if milliseconds else ""
    return f"{'-' if offset < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}{seconds}"


def civil(days):
    """Year, month, day of a number of days since 1970, in the Gregorian calendar of all times."""
    # Years from March on, in eras of 400 years: a leap day is the last day of its year.
    era, day_of_era = divmod(days + 719_468, 146_097)
    year = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year + year // 4 - year // 100)
    month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    return era * 400 + year + (month <= 2), month, day


def exact_sum(values):
    """The sum of numbers, rounded once; 0.0 of none, null beyond the range of a float. Nulls are left out."""
    numbers = [value for value in values or () if value is not None]
    try:
        return math.fsum(numbers)
    except OverflowError:
        pass
    # Some partial sum is beyond the range; the whole may be within.
    ratios = [number.as_integer_ratio() for number in numbers]
    unit = max(denominator for _, denominator in ratios)
    try:
        return sum(numerator * (unit // denominator) for numerator, denominator in ratios) / unit
    except OverflowError:
        return None


def exact_variance(values, fewer):
    """The variance of numbers, the sums in it exact; `fewer` is 1 for a sample. Null of too few or too large ones."""
    numbers = [value for value in values or () if value is not None]
    if len(numbers) <= fewer or any(abs(number) >= LARGEST_OF_VARIANCE for number in numbers):
        return None
    # As multiples of a unit that every number of at least that size has.
    units = [int(Fraction(number) * UNITS) if abs(number) >= SMALLEST_OF_VARIANCE else 0 for number in numbers]
    squares = len(units) * sum(unit * unit for unit in units) - sum(units) ** 2
    return float(Fraction(squares, UNITS**2 * len(units) * (len(units) - fewer)))


def difference(expected, found, cut=frozenset()):
    """What differs between the rows of two answers, in words; `None` when they are equal.

    At the places in `cut` a value is expected of which what is found may be cut.
    """

    def equal(wanted, got):
        cells = enumerate(zip(wanted, got, strict=False))
        return len(wanted) == len(got) and all((same_cut if at in cut else same)(*pair) for at, pair in cells)

    at = next((at for at, rows in enumerate(zip(expected, found, strict=False)) if not equal(*rows)), None)
    if len(expected) != len(found):
        return f"{len(expected)} rows expected, {len(found)} found{first_of(expected, found, at)}"
    if at is not None:
        return f"row {at}: {expected[at]} expected, {found[at]} found{order_hint(expected, found)}"
    return None


def same(wanted, got):
    """Whether two cells are the same: of one type, floats within the tolerance."""
    if type(wanted) is not type(got):
        return False
    if isinstance(wanted, float) and wanted != got:
        return abs(wanted - got) <= TOLERANCE * max(abs(wanted), abs(got))
    return wanted == got


def same_cut(wanted, got):
    """Whether a cell is the number that is wanted, cut towards 0 as far as it may be."""
    if wanted == got or not (isinstance(wanted, float) and isinstance(got, float)):
        return same(wanted, got)
    if wanted.is_integer() and abs(wanted) < CUT_FROM:
        return False
    lost = abs(wanted) - abs(got)
    if abs(wanted) < SUBNORMAL:
        return wanted * got >= 0 and 0 < lost < CUT_OF_SUBNORMAL
    return (wanted < 0) == (got < 0) and 0 < lost and lost * CUT_PARTS < abs(wanted)


def first_of(expected, found, at):
    """The first row that the two do not share, in words: row `at`, or `None` where one only goes on."""
    if at is not None:
        return f"; row {at}: {expected[at]} expected, {found[at]} found"
    shorter = min(len(expected), len(found))
    return f"; row {shorter}: {(expected + found if len(expected) > shorter else found)[shorter]} is more"


def order_hint(expected, found):
    """Whether only the order differs, in words."""
    equal = sorted(map(json.dumps, expected)) == sorted(map(json.dumps, found))
    return " (the same rows in another order)" if equal else ""
