"""What went wrong, for people."""


class Failure(Exception):
    """A message that says what, where, and what can be done."""
