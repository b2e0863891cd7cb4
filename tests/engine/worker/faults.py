"""What user code may do to its process, and what the answer must be then."""

from __future__ import annotations

FAULTS = {
    "print": ("print('x')", "", None),
    "os_write": ("os.write(1, b'written')", "", None),
    "much_output": ("print('x' * 20_000_000)", "", None),
    "much_raw_output": ("[os.write(1, b'x' * 100_000) for _ in range(200)]", "", None),
    "sys_exit": ("sys.exit(3)", "exception", None),
    "os_exit": ("os._exit(3)", "crash", None),
    "segfault": ("ctypes.string_at(0)", "crash", None),
    "abort": ("os.abort()", "crash", None),
    "close_all": ("os.closerange(0, 512)", "crash", None),
    "input": ("input()", "exception", None),
    "c_recursion": ("deep()", "exception crash", None),
    "memory": ("[0] * (10 ** 10)", "memory", None),
    "memory_slowly": ("grow()", "memory crash", None),
    "endless": ("loop()", "timeout", 1.0),
    "ignores_signals": ("deaf()", "timeout", 1.0),
    "kills_itself": ("os.kill(os.getpid(), 9)", "crash", None),
    "forks": ("fork(False)", "", None),
    "forks_away": ("fork(True)", "", None),
    "writes_into_the_pipe": ("[scribble(n) for n in range(3, 60)]", "crash failed", None),
    "raises": ("1 / 0", "exception", None),
    "bad_str": ("bad()", "exception", None),
    "bad_repr": ("Bad()", "", None),
    "keyboard_interrupt": ("raiser(KeyboardInterrupt)", "exception", None),
    "closes_stdout": ("sys.stdout.close()", "", None),
    "forks_itself": ("os.fork() and 5", "", None),
    "forks_and_prints": ("os.fork() or print('from the child', flush=True)", "", None),
    "threads": ("threading.Thread(target=loop).start()", "", None),
}

PREFIX = """
import ctypes, json, os, signal, subprocess, sys, threading, time

class Bad:
    def __repr__(self): raise ValueError("no text")

class BadError(Exception):
    def __str__(self): raise ValueError("no text")

def bad(): raise BadError()
def raiser(error): raise error
def deep():
    sys.setrecursionlimit(10 ** 9)
    value = []
    for _ in range(300_000):
        value = [value]
    return repr(value)
def grow():
    kept = []
    while True:
        kept.append(bytearray(10_000_000))
def loop():
    while True:
        time.sleep(0.01)
def deaf():
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    loop()
def fork(away):
    subprocess.Popen(["sleep", "60"], start_new_session=away)
    return 5
def scribble(number):
    try:
        os.write(number, b"\\xff" * 100)
    except OSError:
        pass
"""
