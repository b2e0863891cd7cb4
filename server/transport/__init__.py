"""All that works around or hardens pygls; each module names the traps it closes.

The letters are used in the tests (`tests/server/transport`):

    A, B, K  documents.py   line ends, clamping, cached lines
    C, D, F, G, J, N  protocol.py   futures, shutdown, replies, SystemExit, lifecycle, guards
    E, I  streams.py   protected stdout, own threads instead of the shared pool
    H, I  lifetime.py   watching the client, a hard end
    L     files.py   reading files that are not open
    M     framing.py   headers
"""
