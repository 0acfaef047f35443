"""The `metier` command."""

from __future__ import annotations


def main() -> None:
    """Run the command line; exits with 0 ok, 1 a document failed, 2 usage, 4 backend, 130 interrupted."""
    from metier.cli.app import app
    from metier.cli.exits import exit_on_error

    with exit_on_error():
        app()
