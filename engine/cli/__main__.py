"""`python -m engine.cli`: the same as the command `graphlens`."""

from __future__ import annotations

from engine.cli.main import main

if __name__ == "__main__":
    main()
