"""The `metier` command."""

from __future__ import annotations


def main() -> None:
    """Run the command line.

    Exits with 0 ok, 1 a document failed or an audit found something unsafe, 2 wrong use, 3 an audit came to
    no verdict, 4 the system refused, 70 a fault of metier's own, 130 interrupted.
    """
    from metier.cli.app import app
    from metier.cli.exits import exit_on_error, use_utf8

    use_utf8()
    with exit_on_error():
        app()
