"""Arguments of command lines."""

import argparse


def positive(text):
    """A whole number from 1 on; underscores may part its digits."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number
