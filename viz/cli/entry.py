"""The console script: answers Ctrl-C in one line also while the program is still being loaded."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType


def main() -> int:
    """Loads `viz.cli.main` and runs it; Ctrl-C before it runs ends the process with 130."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else someone wants it ignored
        signal.signal(signal.SIGINT, _stop)
    from viz.cli import main as front_door

    if signal.getsignal(signal.SIGINT) is _stop:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return front_door.main()


def _stop(number: int, frame: FrameType | None) -> None:
    """Ends at once: an exception among imports may be swallowed, or leave a traceback."""
    os.write(2, b"dawnring: interrupted\n")
    os._exit(130)


if __name__ == "__main__":
    sys.exit(main())
