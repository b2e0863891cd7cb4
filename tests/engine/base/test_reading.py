"""Files as Python reads them."""

from __future__ import annotations

import pytest

from engine.base.reading import Unreadable, decode_source, encoding_of


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"x = 1\r\n", "x = 1\r\n"),
        ("é".encode(), "é"),
        (b"\xef\xbb\xbfx", "x"),
        (b"# -*- coding: latin-1 -*-\n\xe9", "# -*- coding: latin-1 -*-\né"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n\x80", None),
        (b"\xef\xbb\xbf# coding: utf-8\nx", "# coding: utf-8\nx"),
        (b"x = 1\n# coding: latin-1\n", "x = 1\n# coding: latin-1\n"),
    ],
)
def test_encodings(data: bytes, text: str | None):
    decoded = decode_source(data)
    if text is None:
        assert decoded.endswith("€")
    else:
        assert decoded == text
    assert decoded.encode(encoding_of(data)) == data


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"x = '\xff'", "byte 5 is not utf-8"),
        (b"# coding: klingon\n", "is no encoding"),
        (b"# coding: hex\n", "no text encoding"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "starts as UTF-8"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, words: str):
    with pytest.raises(Unreadable, match=words):
        decode_source(data)
