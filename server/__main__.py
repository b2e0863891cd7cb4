"""`python -m server`: the language server over stdio or TCP."""

import os
import sys

# First of all, before any import that a folder could answer: nothing is taken from the folder we
# were started in. (`python -I` on this file's absolute path is safer still, and what editors do.)
_START_FOLDER = os.getcwd() if os.path.isdir(os.curdir) else os.sep
sys.path[:] = [entry for entry in sys.path if entry not in ("", os.curdir)]
if __package__ in (None, ""):
    _HERE = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [
        os.path.dirname(_HERE),
        *(entry for entry in sys.path if os.path.abspath(entry) != _HERE),
    ]


def main(arguments: list[str] | None = None) -> int:
    """Runs the server until its client leaves.

    Returns:
        The exit code: 0 after `shutdown` and `exit`, 1 otherwise, 2 for wrong arguments.
    """
    from server import __version__
    from server.environment import import_path

    given = sys.argv[1:] if arguments is None else arguments
    if given == ["--version"]:
        print(f"graphlens {__version__}")
        return 0
    if given in (["-h"], ["--help"]):
        print("usage: python -m server [--stdio | --tcp PORT | --version]")
        return 0
    port = _port(given)
    if port is None and given not in ([], ["--stdio"]):
        print("usage: python -m server [--stdio | --tcp PORT | --version]", file=sys.stderr)
        return 2
    sys.path[:] = import_path(_START_FOLDER, sys.path)

    from server.transport.streams import protect_streams

    streams = protect_streams() if port is None else None
    # The analysis process warms up while this one imports pygls.
    from server.analysis.spawn import spawn

    process = spawn()
    from server.run import run

    return run(process, streams, port or 0)


def _port(arguments: list[str]) -> int | None:
    if len(arguments) == 2 and arguments[0] == "--tcp" and arguments[1].isdigit():
        return int(arguments[1])
    return None


if __name__ == "__main__":
    _code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # A hard end, so that no thread can keep the process.
    os._exit(_code)
