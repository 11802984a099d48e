"""Tests of the comparison itself: `run.py test`."""
