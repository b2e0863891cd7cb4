"""Analysis in a process of its own, so that the server's loop only schedules.

`process` and `jobs` run there and import the engine's static half; `client` runs on the loop.
No user code is ever given to that process.
"""
