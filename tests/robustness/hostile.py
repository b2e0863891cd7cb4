"""Texts and bytes that a tool may meet and that no example shows."""

from __future__ import annotations

from tests.robustness.scale import SHARE

__all__ = ["BYTES", "TEXTS"]

_SMALL = "import tensorflow as tf\n\n\n@tf.function\ndef f(x):\n    print(x)\n    return x\n"
_HEAD = "import tensorflow as tf\n\n\n@tf.function\ndef f(x):\n"
_DEEP = 5_000
_SLOW = 5_000 if SHARE else 1_500
"""Python itself takes time that grows with the square of the length to compile these."""


def _nested(opening: str, closing: str, inside: str = "x", depth: int = _DEEP) -> str:
    return f"{_HEAD}    return {opening * depth}{inside}{closing * depth}\n"


def _blocks(depth: int) -> str:
    """Blocks in blocks, as deep as Python takes them and deeper."""
    lines = [f"{' ' * (level + 4)}if x > {level}:" for level in range(depth)]
    return _HEAD + "\n".join(lines) + f"\n{' ' * (depth + 4)}x = x + 1\n    return x\n"


def _branches(count: int) -> str:
    parts = [f"    elif x > {number}:\n        y = {number}\n" for number in range(count)]
    return f"{_HEAD}    if x > 0:\n        y = 0\n{''.join(parts)}    return y\n"


def _functions(count: int) -> str:
    one = "@tf.function\ndef f{0}(x):\n    print(x)\n    return f{1}(x)\n\n"
    return "import tensorflow as tf\n" + "".join(
        one.format(number, (number * 7 + 1) % count) for number in range(count)
    )


TEXTS = {
    "empty": "",
    "blank": " \t \n\f\n  ",
    "byte order mark": "\ufeff" + _SMALL,
    "two byte order marks": "\ufeff\ufeff" + _SMALL,
    "CRLF": _SMALL.replace("\n", "\r\n"),
    "CR": _SMALL.replace("\n", "\r"),
    "mixed line ends": "".join(
        line + ("\r\n", "\n", "\r")[number % 3] for number, line in enumerate(_SMALL.split("\n"))
    ),
    "tabs": _SMALL.replace("    ", "\t"),
    "tabs and blanks": _HEAD + "\tprint(x)\n        return x\n",
    "form feeds": _SMALL.replace("\n\n", "\n\f\n").replace("    ", "\f    "),
    "line separators": _SMALL.replace("print(x)", 'print(x, "a\u2028b\u2029c\x85d\x0be")'),
    "NUL": _SMALL.replace("return x", "return x\x00"),
    "only NUL": "\x00" * 100,
    "half a surrogate pair": _SMALL.replace("print(x)", 'print(x, "\ud800")'),
    "pairs": _SMALL.replace("print(x)", 'print("\U0001f600\U00020000", x)'),
    "right to left": _SMALL.replace("print(x)", 'print("\u202eabc\u202c\u2066", x)  # \u202e'),
    "combining": _SMALL.replace("x", "e\u0301x").replace("te\u0301xt", "text"),
    "other letters": _SMALL.replace("f(", "größe_ﬁ_ℌ("),
    "no newline at the end": _SMALL.rstrip("\n"),
    "only a backslash": "\\",
    "only a quote": '"""',
    "only a decorator": "import tensorflow as tf\n@tf.function\n",
    "Python 2": "import tensorflow as tf\nprint 'x'\nexec 'y'\n",
    "merge conflict": _SMALL.replace("    print(x)", "<<<<<<< a\n    print(x)\n=======\n>>>>>>> b"),
    "one line of a megabyte": f"import tensorflow as tf\nx = [{'1.5, ' * 200_000}]\n" + _SMALL,
    "a comment of a megabyte": f"# {'é' * 1_000_000}\n" + _SMALL,
    "a word of a megabyte": f"import tensorflow as tf\n{'x' * 1_000_000} = 1\n" + _SMALL,
    "a string of a megabyte": f"import tensorflow as tf\nx = '{'𝒙' * 1_000_000}'\n" + _SMALL,
    "200,000 lines": "import tensorflow as tf\n" + "x = 1\n" * 200_000 + _SMALL,
    "200,000 empty lines": "import tensorflow as tf\n" + "\n" * 200_000 + _SMALL,
    "deep brackets": _nested("(", ")"),
    "deep lists": _nested("[", "]"),
    "deep calls": _nested("f(", ")"),
    "deep subscripts": _nested("x[", "]", "0"),
    "deep minus": _nested("-", ""),
    "deep not": _nested("not ", ""),
    "deep lambdas": _nested("lambda: ", ""),
    "deep dicts": _nested("{1: ", "}"),
    "deep choices": _nested("x if x else ", ""),
    "long sum": _nested("x + ", ""),
    "long and": _nested("x and ", "", depth=_SLOW),
    "long comparison": _nested("x < ", "", depth=_SLOW),
    "long attribute": _HEAD + "    return x" + ".a" * _DEEP + "\n",
    "long call chain": _HEAD + "    return x" + ".a()" * _DEEP + "\n",
    "long power": _nested("x ** ", ""),
    "long string concatenation": _nested("'a' ", "", "'b'"),
    "long assignment": _HEAD + "    " + "x = " * _DEEP + "1\n    return x\n",
    "deep f-strings": _nested("f'{x}' + ", "", "'b'"),
    "90 blocks": _blocks(90),
    "5,000 blocks": _blocks(_DEEP),
    "5,000 branches": _branches(_DEEP),
    "only openings": _HEAD + "    return " + "(" * _DEEP,
    "only closings": _HEAD + "    return " + ")" * _DEEP,
    "10,000 functions": _functions(10_000),
    "functions in functions": "import tensorflow as tf\n"
    + "".join(f"{' ' * n}@tf.function\n{' ' * n}def f{n}(x):\n" for n in range(90))
    + " " * 90
    + "return x\n",
    "calls itself": _HEAD + "    return f(f(f(x)))\n",
    "call each other": "import tensorflow as tf\n@tf.function\ndef f(x):\n    return g(x)\n"
    "def g(x):\n    return f(x)\n",
    "a class of itself": "import tensorflow as tf\nclass A(A):\n    x = A()\n    @tf.function\n"
    "    def f(self):\n        return self.f(self.x.x.x)\nA = A(A)\n",
    "imports itself": "from . import model\nfrom .model import *\n" + _SMALL,
    "star of everything": "from tensorflow import *\nfrom os import *\n" + _SMALL,
    "many names": "import tensorflow as tf\n"
    + "".join(f"x{n} = x{n - 1} + 1 if x{n - 1} else x0\n" for n in range(1, 3_000)),
    "doubling": "import tensorflow as tf\nx0 = (1, 2)\n"
    + "".join(f"x{n} = (x{n - 1}, x{n - 1})\n" for n in range(1, 200)),
    "doubling by calls": "import tensorflow as tf\ndef f0(x):\n    return x\n"
    + "".join(f"def f{n}(x):\n    return f{n - 1}(x) + f{n - 1}(x)\n" for n in range(1, 60))
    + "@tf.function\ndef top(x):\n    return f59(x)\n",
    "branching": _HEAD
    + "".join(f"    if x:\n        a{n} = x\n    else:\n        a{n} = 1\n" for n in range(300))
    + "    return x\n",
    "loops in loops": _HEAD
    + "".join(f"{' ' * (n + 4)}for i{n} in tf.range(x):\n" for n in range(18))
    + " " * 22 + "x = x + i0\n    return x\n",
    "huge numbers": _HEAD + f"    return x * {'9' * 4_000} ** {'9' * 400} << 10 ** 9\n",
    "huge folds": _HEAD + "    return x + (2 ** 10 ** 9) + 'a' * 10 ** 12 + [0] * 10 ** 12\n",
    "huge ranges": _HEAD + "    for i in range(10 ** 18):\n        x = x + i\n    return x\n",
    "huge shapes": _HEAD + "    return tf.zeros([10 ** 30, -1, 2 ** 70]) + tf.reshape(x, [0])\n",
    "bad numbers": _HEAD + "    return x + 1e999 - -1e999 + 0 / 0 + 1 // 0 + 1 % 0\n",
}  # fmt: skip

BYTES = {
    "latin-1": b"# -*- coding: latin-1 -*-\n" + _SMALL.encode() + b"# \xe9\n",
    "a cookie that is no encoding": b"# -*- coding: klingon -*-\n" + _SMALL.encode(),
    "a cookie that is no text encoding": b"# coding: hex\n" + _SMALL.encode(),
    "a cookie with a path": b"# coding: ../../etc/passwd\n" + _SMALL.encode(),
    "a cookie and a mark that differ": b"\xef\xbb\xbf# coding: latin-1\n" + _SMALL.encode(),
    "UTF-16": _SMALL.encode("utf-16"),
    "UTF-7": b"# coding: utf-7\n" + _SMALL.encode("utf-7"),
    "idna": b"# coding: idna\n" + _SMALL.encode(),
    "undefined": b"# coding: undefined\n" + _SMALL.encode(),
    "no UTF-8": _SMALL.encode() + b"# \xff\xfe\n",
    "cut within a character": _SMALL.encode() + "# é".encode()[:-1],
    "binary": bytes(range(256)) * 100,
    "surrogates as bytes": _SMALL.encode() + b"# \xed\xa0\x80\n",
}
