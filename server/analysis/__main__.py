"""The program of the analysis process; started by absolute path with `python -I -B`."""

import json
import sys


def main() -> None:
    """Takes the import path from the first argument and serves until the pipe ends."""
    sys.path[:] = json.loads(sys.argv[1])
    from server.analysis.process import serve

    serve()


if __name__ == "__main__":
    main()
