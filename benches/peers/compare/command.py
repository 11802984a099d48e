"""The command line: what to measure, where, with what."""

import argparse
import os
import sys

from . import dump, growth, loading, peers, process, shape, side_by_side
from .arguments import positive
from .failure import Failure
from .gristmill import Gristmill, default_path

FORMS = ("compacted", "loaded")


def main(work):
    """Runs a command; the exit code. Without one it compares."""
    arguments = parser(work).parse_args(with_command(sys.argv[1:]))
    os.environ.update(process.ENVIRONMENT)
    try:
        arguments.gristmill = Gristmill(arguments.gristmill)
        return arguments.run(arguments)
    except Failure as failure:
        print(f"run.py: {failure}", file=sys.stderr)
        return 1


def with_command(typed):
    """The arguments with `compare` put in where they name no command."""
    commands = {"compare", "prepare", "load", "dump", "growth", "-h", "--help"}
    return typed if typed[:1] and typed[0] in commands else ["compare", *typed]


def parser(work):
    """The arguments of all commands."""
    top = argparse.ArgumentParser(
        prog="run.py", description="Gristmill beside its peers; compares when no command is named."
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    compare = commands.add_parser("compare", help="times of every shape, side by side; answers must be equal")
    common(compare, work, events=20_000_000, runs=7)
    chosen(compare)
    compare.set_defaults(run=side_by_side.run)

    prepare = commands.add_parser("prepare", help="generates the events and loads the peers, for a later `compare`")
    common(prepare, work, events=20_000_000, runs=7)
    chosen(prepare)
    prepare.set_defaults(run=side_by_side.prepare)

    load = commands.add_parser("load", help="from a file to a durable table: time and memory")
    common(load, work, events=2_000_000, runs=3)
    load.add_argument(
        "--peers", nargs="*", choices=loading.PEERS, default=list(loading.PEERS), help="which peers [all]"
    )
    load.set_defaults(run=loading.run)

    files = commands.add_parser("dump", help="times of every shape over Parquet files that nobody loads")
    common(files, work, events=5_000_000, runs=7)
    files.add_argument("--peers", nargs="*", choices=peers.NAMES, default=list(peers.NAMES), help="which peers [all]")
    shapes(files)
    files.set_defaults(run=dump.run)

    grow = commands.add_parser("growth", help="how times grow with the tenant, the store, the threads, the segments")
    common(grow, work, events=400_000, runs=15, about="events of the tenant at first")
    grow.set_defaults(run=growth.run)
    return top


def common(command, work, events, runs, about="how many events"):
    """What every command takes."""
    command.add_argument(
        "--work", default=str(work), metavar="DIR", help="where everything prepared is kept [%(default)s]"
    )
    command.add_argument("--events", type=positive, default=events, metavar="N", help=f"{about} [%(default)s]")
    command.add_argument("--runs", type=positive, default=runs, metavar="N", help="timed runs of each [%(default)s]")
    command.add_argument("--gristmill", default=str(default_path()), metavar="FILE", help="the binary [%(default)s]")
    command.add_argument(
        "--output", metavar="DIR", help="where the results are written, as JSON and Markdown [the work folder]"
    )


def chosen(command):
    """What a comparison can leave out, and which store it measures."""
    command.add_argument("--peers", nargs="*", choices=peers.NAMES, default=list(peers.NAMES), help="which peers [all]")
    shapes(command)
    command.add_argument(
        "--form", choices=FORMS, help="the store as it was loaded, or compacted [compacted where the binary can]"
    )
    command.add_argument(
        "--store", metavar="DIR", help="measure this store of the generated events instead of making one"
    )
    command.add_argument("--reload", nargs="*", choices=peers.NAMES, default=[], help="load these peers again")


def shapes(command):
    """Which shapes a command measures."""
    command.add_argument(
        "--shapes",
        nargs="*",
        choices=shape.NAMES,
        default=list(shape.NAMES),
        metavar="SHAPE",
        help="which shapes [all]",
    )
