"""Gristmill beside its peers: the same data, the same questions, the same answers, timed."""
