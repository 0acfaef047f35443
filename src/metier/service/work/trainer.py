"""The program that a worker trains with: the command line, which ends when its worker does.

A worker that is killed cannot end what it has started. So the program reads its standard input, which the
worker holds open and never writes to: when that ends, it interrupts itself, as Ctrl-C would.
"""

from __future__ import annotations

import _thread
import os
import runpy
import signal
import sys
import threading
from typing import Final

PROGRAM: Final = "metier"
_STANDARD_INPUT: Final = 0


def main() -> None:
    """Run `metier` with the arguments of this program."""
    # A worker in the background may have been told to ignore Ctrl-C, and so would this.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_interrupt_at_end, daemon=True).start()
    sys.argv[0] = PROGRAM
    runpy.run_module(PROGRAM, run_name="__main__")


def _interrupt_at_end() -> None:
    # Not through sys.stdin: the program could not end while this thread waits in it.
    while os.read(_STANDARD_INPUT, 1):
        pass
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:  # this ends what the main thread waits for, too
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


if __name__ == "__main__":
    main()
