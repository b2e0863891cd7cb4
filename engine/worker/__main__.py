"""The worker process: `python -I -B .../engine/worker/__main__.py`; it is expendable."""

import os
import sys


def main() -> None:
    """Makes our own packages importable and serves until the pipe ends."""
    here = os.path.dirname(os.path.abspath(__file__))
    root = os.path.dirname(os.path.dirname(here))
    sys.path[:] = [root, *(entry for entry in sys.path if os.path.abspath(entry or ".") != here)]
    from engine.worker.main import serve

    serve()


if __name__ == "__main__":
    main()
