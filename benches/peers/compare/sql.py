"""Queries in SQL: the text of a shape, with the words of one dialect put in."""

import functools
import itertools
import re

# Words, and texts in quotes, of what stands in a place.
ARGUMENT = re.compile(r"'[^']*'|[^\s,]+")
PLACE = re.compile(r"\{(\w+)(?: ([^}]*))?\}")


class Dialect:
    """The words that differ between peers. Each method returns alternatives: the fastest counts.

    A bucket is `(expression, kind)`; `kind` says what the number is: `local` (a timestamp of the local clock),
    `number` (of the bucket on the local clock), `days` (of the local clock), `seconds` (an instant), `month` (its
    number in the interval).
    """

    def instant(self, millis):
        """An instant as a literal of the column's type."""
        raise NotImplementedError

    def buckets(self, shape):
        """The bucket of a row: alternatives of `(expression, kind)`."""
        raise NotImplementedError

    def regex(self, column, pattern):
        """Whether a text matches."""
        raise NotImplementedError

    def like(self, column, pattern):
        """Whether a text is like a pattern."""
        return [f"{column} LIKE {pattern}"]

    def between(self, column, lower, upper):
        """Whether a text, as a number, lies between two."""
        raise NotImplementedError

    def unnest(self):
        """A row for each of the properties."""
        raise NotImplementedError

    def any(self, *values):
        """Whether any of the properties is one of the values."""
        raise NotImplementedError

    def rows(self, shape):
        """The rows of the tenant within the interval."""
        time = f'"timestamp" >= {self.instant(shape.start)} AND "timestamp" < {self.instant(shape.end)}'
        return [f"organization_id = '{shape.organization}' AND {time}"]

    def session(self, shape):
        """The session that is looked for."""
        return [shape.facts["session"]]

    def by_offset(self, shape, phrase):
        """`phrase(offset)` for the offset of the zone at each row."""
        *changes, (_, last) = shape.offsets
        if not changes:
            return phrase(last)
        cases = " ".join(f'WHEN "timestamp" < {self.instant(until)} THEN {phrase(offset)}' for until, offset in changes)
        return f"CASE {cases} ELSE {phrase(last)} END"

    def month_number(self, shape):
        """The number of the month within the interval, from 0 on, by comparing with its edges."""
        edges = list(enumerate(shape.month_starts))[1:]
        cases = " ".join(f'WHEN "timestamp" < {self.instant(edge)} THEN {number - 1}' for number, edge in edges)
        return f"CASE {cases} ELSE {len(edges)} END"


def phrasings(shape, dialect):
    """All texts that a dialect has for a shape: a list of `(sql, kind of bucket)`."""
    texts = shape.sql()
    buckets = dialect.buckets(shape) if shape.has_buckets else [(None, None)]
    found = []
    for text, (bucket, kind) in itertools.product(texts, buckets):
        places = list(dict.fromkeys(match.group(0) for match in PLACE.finditer(text)))
        options = [_options(place, bucket, shape, dialect) for place in places]
        for choice in itertools.product(*options):
            words = dict(zip(places, choice, strict=True))
            found.append((PLACE.sub(lambda match, words=words: words[match.group(0)], text), kind))
    return found


def asks(shape, dialect, answer):
    """The ways to ask of a peer that speaks SQL: each a text, the kind of its bucket, and a function for the answer."""
    for text, kind in phrasings(shape, dialect):
        yield text, kind, functools.partial(answer, text)


def _options(place, bucket, shape, dialect):
    word, argument = PLACE.fullmatch(place).groups()
    if word == "bucket":
        return [bucket]
    if word in ("rows", "session"):
        return getattr(dialect, word)(shape)
    return getattr(dialect, word)(*ARGUMENT.findall(argument or ""))
