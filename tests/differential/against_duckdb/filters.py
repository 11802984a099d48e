"""Random filters, all types, with values that occur among the events and values that do not."""

import re

from . import columns, events, texts
from .literals import Number

# Instants so far apart stay in their order as readings of any clock, in milliseconds.
FAR = 4 * 86_400_000
# How likely a filter is to be made of others, at the outermost level; deeper ones are less likely.
NESTED = 0.45
DEEPEST = 4
LEAVES = (
    "selector", "in", "equals", "null", "bound", "range", "like", "regex", "search", "interval", "comparison",
    "constant", "number", "time",
)  # fmt: skip
LEAF_WEIGHTS = (14, 10, 6, 4, 18, 7, 10, 10, 9, 4, 4, 2, 8, 5)
ORDERINGS = (None, "lexicographic", "numeric", "strlen", "alphanumeric", "alphanumeric", "NUMERIC")
PATTERNS = (
    "", "^", "$", "^$", ".", "^.$", "^..$", "[0-9]", "^[0-9]+$", "[^a-z]", "a|b", "^(a|b)", "(?i)AB", "(?i)^k$",
    "(?i)straße", "x*", "^x{300}$", "a.b", "(?s)a.b", "\\p{L}", "^\\p{Lu}", "\\.", "[%_]", "^v[0-9]+[.]",
    "(check|out)_[0-9]", "\\x00", "(?m)^b",
)  # fmt: skip


class Filters:
    """Filters that a random number generator decides; `instants` makes an instant or a text of one.

    They are on columns of events, or on those of an answer: its groups, its metrics and `timestamp`.
    """

    def __init__(self, random, pools, instants, dimensions=columns.DIMENSIONS, numbers=("value",)):
        self.random = random
        self.pools = pools
        self.instants = instants
        self.dimensions = dimensions
        self.numbers = numbers

    def tree(self, depth=0):
        """A filter."""
        random = self.random
        if depth < DEEPEST and random.random() < NESTED / (1 + depth / 2):
            kind = random.choice(("and", "or", "or", "not", "not"))
            if kind == "not":
                return {"type": "not", "field": self.tree(depth + 1)}
            return {"type": kind, "fields": [self.tree(depth + 1) for _ in range(random.randint(1, 3))]}
        kind = random.choices(LEAVES, LEAF_WEIGHTS)[0]
        on_answer = self.dimensions is not columns.DIMENSIONS
        if on_answer and (not self.dimensions or kind == "comparison" or random.random() < 0.5):
            kind = random.choice(("number", "number", "number", "time", "interval", "constant"))
        leaf = getattr(self, "_" + kind)()
        # Druid's hint changes nothing.
        return leaf | ({"filterTuning": {"useBitmapIndex": False}} if random.random() < 0.02 else {})

    def _of_kind(self, kind):
        """A column, often one whose texts are of that kind."""
        themed = [name for name, theme in texts.THEMES.items() if theme is kind and name in self.dimensions]
        return self.random.choice(themed if themed and self.random.random() < 0.4 else self.dimensions)

    def _named(self, column=None):
        column = column or self.random.choice(self.dimensions)
        return column, {self.random.choice(("dimension", "dimension", "column")): column}

    def value(self, column):
        """A text of that column's values, or any other."""
        random = self.random
        if column == "organization_id":
            return random.choice(events.ORGANIZATIONS)
        if column == "vendor":
            return random.choice(events.VENDORS)
        if column == "source":
            return random.choice(("trusted", "untrusted", "Trusted"))
        if column == "event_version":
            return str(random.choice(events.VERSIONS))
        if column == "geo_country":
            return random.choice(events.COUNTRIES[:-1])
        if column == "properties":
            return random.choice(("", "a", "b", "FI", "SE", "7", random.choice(texts.ALL)))
        if column in ("dim2", "visitor_id", "user_id"):
            return str(random.randrange(200))
        return random.choice(self.pools.get(column, texts.ALL) if random.random() < 0.85 else texts.ALL)

    def scalar(self, column):
        """A text, or a number or boolean that stands for its JSON text."""
        random = self.random
        if random.random() < 0.85:
            return self.value(column)
        return random.choice(
            (True, False, 7, 1, 10, -1, 0, Number("1.50"), Number("1.0"), Number("1e0"), Number("1e3"), Number("0.1"))
        )

    def _selector(self):
        column, tree = self._named()
        tree["type"] = self.random.choice(("selector", "select"))
        kind = self.random.random()
        if kind < 0.1:
            tree["value"] = None
        elif kind > 0.15:
            tree["value"] = self.scalar(column)
        return tree

    def _in(self):
        column, tree = self._named()
        return {"type": "in", **tree, "values": self.scalars(column, (0, 1, 2, 3, 5, 40))}

    def scalars(self, column, lengths):
        """So many of a column's values, and null often."""
        values = [self.scalar(column) for _ in range(self.random.choice(lengths))]
        if self.random.random() < 0.25:
            values.insert(self.random.randint(0, len(values)), None)
        return values

    def _equals(self):
        random = self.random
        column, tree = self._named()
        kind = random.choice((None, "STRING", "LONG", "DOUBLE", "float"))
        value = self.scalar(column)
        if kind == "LONG":
            value = random.choice((7, "7", Number("7.0"), "10", -1, 1, Number("1e0")))
        elif kind not in (None, "STRING"):
            value = random.choice((7, Number("1.5"), "1.5", "7", Number("1e3"), Number("1.0")))
        return {"type": "equals", **tree, "matchValue": value} | ({"matchValueType": kind} if kind else {})

    def _null(self):
        return {"type": "null", **self._named()[1]}

    def _bound(self):
        random = self.random
        ordering = random.choice(ORDERINGS)
        column, tree = self._named(self._of_kind(texts.RUNS if ordering == "alphanumeric" else texts.NUMERALS))
        tree |= {"type": "bound", **self._limits(column, (ordering or "").lower())}
        for key in ("lowerStrict", "upperStrict"):
            if random.random() < 0.5:
                tree[key] = random.choice((True, False))
        if ordering == "alphanumeric" and random.random() < 0.3:
            return tree | {"alphaNumeric": True}
        return tree | ({"ordering": ordering} if ordering else {})

    def _range(self):
        random = self.random
        column, tree = self._named(self._of_kind(texts.NUMERALS))
        kind = random.choice((None, "STRING", "LONG", "DOUBLE"))
        tree |= {
            "type": "range",
            **self._limits(column, "numeric" if kind in ("LONG", "DOUBLE") else "", whole=kind == "LONG"),
        }
        for key in ("lowerOpen", "upperOpen"):
            if random.random() < 0.5:
                tree[key] = random.choice((True, False))
        return tree | ({"matchValueType": kind} if kind else {})

    def _limits(self, column, ordering, whole=False):
        random = self.random

        def limit():
            numbers = (7, -1, 0, 90, "007", "10", 100) + (() if whole else ("1e3", Number("1.50"), ".5", "0.1"))
            if ordering == "numeric" or (ordering == "" and as_numbers):
                return random.choice(numbers)
            if ordering == "alphanumeric" and random.random() < 0.5:
                return random.choice(texts.ZEROS)
            return self.value(column)

        as_numbers = random.random() < 0.2
        keys = random.choice((("lower",), ("upper",), ("lower", "upper"), ("lower", "upper")))
        found = {key: limit() for key in keys}
        # One JSON number makes the limits numbers, so that a text beside it has to be one.
        return found

    def _like(self):
        random = self.random
        column, tree = self._named(self._of_kind(texts.METACHARACTERS))
        escape = random.choice((None, None, "!", "\\", "%", "ä"))
        pattern = []
        for character in self.value(column)[:20]:
            kind = random.random()
            if kind < 0.1:
                pattern.append("_")
            elif kind < 0.2 and escape != "%":
                pattern.append("%")
            elif character == escape or (escape and kind < 0.4):
                pattern.append(escape + character)
            else:
                pattern.append(character)
        if random.random() < 0.3:
            pattern.insert(0, "%" if escape != "%" else "%%")  # the second is a per cent sign there
        if random.random() < 0.3 and escape != "%":
            pattern.append("%")
        return {"type": "like", **tree, "pattern": "".join(pattern)} | ({"escape": escape} if escape else {})

    def _regex(self):
        column, tree = self._named(self._of_kind(texts.METACHARACTERS))
        return {
            "type": "regex",
            **tree,
            self.random.choice(("pattern", "pattern", "value")): self.pattern(column),
        }

    def pattern(self, column):
        """A regular expression, often for a part of a column's values."""
        random = self.random
        if random.random() < 0.5:
            return random.choice(PATTERNS)
        value = self.value(column)[:20]
        start = random.randint(0, len(value))
        part = literal(value[start : random.randint(start, len(value))])
        return random.choice(("", "^")) + part + random.choice(("", "$", ".*"))

    def prefix(self, column):
        """How one of a column's values starts."""
        text = self.value(column)[:20]
        return text[: self.random.randint(0, len(text))]

    def _search(self):
        random = self.random
        column, tree = self._named(self._of_kind(texts.LETTERS))
        tree["type"] = random.choice(("search", "contains"))
        part = self._part(column)
        sensitive = random.choice((None, True, False))
        if random.random() < 0.6:
            tree["value"] = part
            return tree | (
                {random.choice(("caseSensitive", "case_sensitive")): sensitive} if sensitive is not None else {}
            )
        kind = random.choice(("contains", "insensitive_contains", "fragment", "regex"))
        query = {"type": kind}
        if kind == "regex":
            query["pattern"] = literal(part)
        elif kind == "fragment":
            query["values"] = [part, *(self._part(column) for _ in range(random.randint(0, 2)))]
        else:
            query["value"] = part
        if kind in ("contains", "fragment") and sensitive is not None:
            query["caseSensitive"] = sensitive
        return tree | {"query": query}

    def _part(self, column):
        text = self.value(column)[:20]
        start = self.random.randint(0, len(text))
        part = text[start : self.random.randint(start, len(text))]
        cased = self.random.choice(texts.CASED)
        return self.random.choice((part, part, part.upper(), part.lower(), cased, cased))

    def _interval(self):
        spans = [sorted(self.instants.millis() for _ in range(2)) for _ in range(self.random.randint(0, 3))]
        texts = ["/".join(self.instants.text(end, far=span[1] - span[0] > FAR) for end in span) for span in spans]
        return {"type": "interval", **self._named("timestamp")[1], "intervals": texts}

    def _comparison(self):
        names = self.random.sample(columns.DIMENSIONS, self.random.choice((2, 2, 3)))
        if self.random.random() < 0.5:
            names = self.random.sample(
                (
                    "dim1",
                    "dim2",
                    "visitor_id",
                    "user_id",
                    "properties",
                    "label",
                    "event_version",
                    "geo_country",
                    "dim5",
                ),
                2,
            )
        as_objects = self.random.random() < 0.3
        return {
            "type": "columnComparison",
            "dimensions": [{"type": "default", "dimension": name} if as_objects else name for name in names],
        }

    def _constant(self):
        return {"type": self.random.choice(("true", "false"))}

    def _number(self):
        random = self.random
        tree = self._named(random.choice(self.numbers))[1]

        def number():
            text = random.choice(
                (*events.VALUES, *events.WILD_VALUES, str(random.randint(-1000, 1000)), "1", "1", "2", "3", "0")
            )
            return random.choice((Number(text), text))

        kind = random.choice(("selector", "in", "equals", "null", "bound", "bound", "range"))
        if kind == "selector":
            tree["value"] = random.choice((number(), None))
        elif kind == "in":
            tree["values"] = [random.choice((number(), number(), None)) for _ in range(random.randint(0, 6))]
        elif kind == "equals":
            tree["matchValue"] = number()
        elif kind == "bound":
            tree |= {random.choice(("lower", "upper")): number(), "upperStrict": random.choice((True, False))}
        elif kind == "range":
            tree |= {"lower": number(), "upper": number(), "lowerOpen": random.choice((True, False))}
        return {"type": kind, **tree}

    def _time(self):
        random = self.random
        tree = self._named("timestamp")[1]
        kind = random.choice(("selector", "in", "equals", "null", "bound", "bound", "range"))
        if kind == "selector":
            tree["value"] = random.choice((self.instants.comparable(), None))
        elif kind == "in":
            tree["values"] = [self.instants.comparable() for _ in range(random.randint(0, 4))]
        elif kind == "equals":
            tree["matchValue"] = self.instants.comparable()
        elif kind in ("bound", "range"):
            tree |= {random.choice(("lower", "upper")): self.instants.comparable()}
            tree |= {
                random.choice(("lowerStrict", "upperStrict") if kind == "bound" else ("lowerOpen", "upperOpen")): True
            }
        return {"type": kind, **tree}


def literal(text):
    """A regular expression for that text, in the words that RE2 and Rust share."""
    return re.sub(r"[\\.+*?()|\[\]{}^$]", r"\\\g<0>", text)
