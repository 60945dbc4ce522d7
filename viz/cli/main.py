"""`dawnring`: finds the command, runs it, and turns what went wrong into one line and an exit code.

0 done; 1 failed; 2 the input must be mended; 3 something is missing on the machine; 130 interrupted.
"""

from __future__ import annotations

import _thread
import importlib
import os
import pkgutil
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TextIO

from cyclopts import App
from cyclopts.exceptions import CycloptsError, UnknownCommandError, UnusedCliTokensError

from geometry import __version__
from viz.cli import commands
from viz.cli.options import Voice
from viz.machine import MissingOnMachineError

DONE, FAILED, MEND_INPUT, MISSING, INTERRUPTED = 0, 1, 2, 3, 130

INTERRUPT_AGAIN_S = 0.05

_MENDABLE = (
    ValueError,
    TypeError,
    FileNotFoundError,
    FileExistsError,
    IsADirectoryError,
    NotADirectoryError,
)

SUMMARY = "AI inference in orbit, shown, flown and checked: thin solar satellites in a dawn-dusk ring."
EXAMPLES = """\
Three to begin with:

    dawnring demo
        pictures, a film and a heat table, into dawnring-demo/

    dawnring show solar_slice --set orbit.altitude_km=600
        the derived numbers of a preset, with one key changed

    dawnring heat my_design.toml --orbits 1 -o heat.csv
        heat loads of every surface around the orbit

`dawnring COMMAND --help` tells the rest.
"""


def command_names() -> list[str]:
    """Every command: the modules of `viz.cli.commands`, with dashes."""
    return sorted(m.name.replace("_", "-") for m in pkgutil.iter_modules(commands.__path__))


def _app(tokens: Sequence[str]) -> App:
    """The application, its commands registered by path and imported only when asked for."""
    app = App(
        name="dawnring",
        help=SUMMARY,
        help_epilogue=EXAMPLES,
        help_format="plaintext",
        version=f"dawnring {__version__}",
        version_flags=["--version"],
        exit_on_error=False,
        print_error=False,
        suppress_keyboard_interrupt=False,
        result_action="return_value",
    )
    listing = not any(t in command_names() for t in tokens)
    for name in command_names():
        path = f"{commands.__name__}.{name.replace('-', '_')}"
        summary = (importlib.import_module(path).__doc__ or "").splitlines()[0] if listing else None
        app.command(f"{path}:{name.replace('-', '_')}", name=name, help=summary, help_epilogue="")
    return app


def run(tokens: Sequence[str]) -> int:
    """Runs one command line and returns the exit code; says what went wrong in one line on stderr.

    Parameters
    ----------
    tokens : sequence of str
        Without the program's name.
    """
    verbose = any(t in ("-v", "--verbose") for t in tokens)
    try:
        command, bound, _ = _app(tokens).parse_args(list(tokens), print_error=False, exit_on_error=False)
        verbose = any(isinstance(v, Voice) and v.verbose for v in bound.arguments.values())
        result = command(*bound.args, **bound.kwargs)
        sys.stdout.flush()
        return result if isinstance(result, int) else DONE
    except BrokenPipeError:
        _silence_stdout()
        return DONE
    except KeyboardInterrupt as error:
        return _told(error, INTERRUPTED, verbose, "interrupted")
    except UnknownCommandError as error:
        return _told(error, MEND_INPUT, verbose, _unknown_command(error))
    except UnusedCliTokensError as error:
        extra = " ".join(error.unused_tokens or ())
        return _told(error, MEND_INPUT, verbose, f"unexpected {extra!r}; --help shows what the command takes")
    except CycloptsError as error:
        return _told(error, MEND_INPUT, verbose)
    except MissingOnMachineError as error:
        return _told(error, MISSING, verbose)
    except _MENDABLE as error:
        return _told(error, MEND_INPUT, verbose)
    except (OSError, RuntimeError) as error:
        return _told(error, FAILED, verbose)
    except MemoryError as error:
        return _told(error, FAILED, verbose, "not enough memory; ask for fewer satellites, times or rays")


def main() -> int:
    """The console script: `run` for the process, with warnings and surprises as single lines too."""
    warnings.showwarning = _shown_once()
    sys.excepthook = _show_surprise
    sys.unraisablehook = _interrupt_again
    return run(sys.argv[1:])


def _told(error: BaseException, code: int, verbose: bool, message: str | None = None) -> int:
    """Writes the one line (after the traceback, where that was asked for); returns `code`."""
    if verbose:
        traceback.print_exception(error, file=sys.stderr)
    _say(message or _message(error))
    return code


def _message(error: BaseException) -> str:
    """What the error says, or what the operating system says of which file."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if isinstance(error, CycloptsError):
        error.verbose = False
    return str(error) or type(error).__name__


def _say(message: str) -> None:
    """One line on stderr, whatever line ends the message has."""
    print("dawnring:", " ".join(message.split()), file=sys.stderr)


def _unknown_command(error: UnknownCommandError) -> str:
    """The nearest command, or all of them."""
    from geometry.validation import unknown_word

    word = error.unused_tokens[0] if error.unused_tokens else ""
    return f"command {unknown_word(word, command_names())}"


def _silence_stdout() -> None:
    """The reader went away: nothing more is written, not even by the interpreter's last flush."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _shown_once() -> Callable[..., None]:
    """Shows a doubt that is no error: one line, without the place in the code, and only once."""
    shown: set[str] = set()

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if str(message) not in shown:
            shown.add(str(message))
            _say(f"warning: {message}")

    return show


def _interrupt_again(unraisable: sys.UnraisableHookArgs) -> None:
    """Ctrl-C in a callback that cannot raise (a kernel that loads) would be lost: it comes once more."""
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        threading.Timer(INTERRUPT_AGAIN_S, _thread.interrupt_main).start()
    else:
        sys.__unraisablehook__(unraisable)


def _show_surprise(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A defect of dawnring itself: still one line; the interpreter then ends with 1."""
    if any(t in ("-v", "--verbose") for t in sys.argv[1:]):
        traceback.print_exception(kind, error, trace)
    _say(f"unexpected {kind.__name__}: {error} (a defect of dawnring; -v shows where)")


if __name__ == "__main__":
    sys.exit(main())
