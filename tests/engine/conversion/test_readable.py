"""The readable view: the user's statements, each with where it runs."""

import pytest

from engine.conversion.readable import Place, readable
from engine.syntax.errors import ConversionError

TEXT = '''import engine as tf


class Model:
    @tf.function
    def call(self, x, n):
        """Doc."""
        total = 0
        for i in tf.range(n):
            if x[i] > 0:
                total += x[i]
            elif i == 3:
                break
            else:
                print(i)

        while total > 10: total -= 1
        try:
            y = 1
        except (A, B) as e:
            y = 2
        finally:
            z = 3
        return total
'''


def test_the_view_of_a_method() -> None:
    view = readable(TEXT, "a.py", "Model.call")
    lines = view.text.splitlines()
    assert lines[0] == "@tf.function"
    assert lines[1] == "def call(self, x, n):"
    assert lines[2] == '    """Doc."""'
    assert "    for i in tf.range(n):" in lines[4]
    assert lines[4].endswith("# graph or Python: loop, carries total")
    assert lines[5].endswith("# graph or Python: conditional, sets total")
    assert "        elif i == 3:" in lines[7]
    assert lines[10].endswith("# Python: once, while the function is traced")
    assert "    except (A, B) as e:" in lines
    compile(view.text, "<view>", "exec")


def test_lines_lead_to_the_users_lines() -> None:
    view = readable(TEXT, "a.py", "Model.call")
    user = TEXT.splitlines()
    for made, line in view.line_map:
        shown = view.text.splitlines()[made].split("  #")[0].strip()
        if shown not in ("else:", "finally:"):
            assert shown.split("(")[0].split(":")[0] in user[line].replace("'", '"')


def test_known_places_are_shown() -> None:
    view = readable(TEXT, "a.py", "Model.call", {8: Place.GRAPH, 7: Place.PYTHON})
    lines = view.text.splitlines()
    assert "# graph: loop, carries total" in lines[4]
    assert "# Python: while the function is traced" in lines[3]
    assert view.places[4] is Place.GRAPH
    assert view.places[3] is Place.PYTHON


def test_unknown_functions_are_named() -> None:
    with pytest.raises(ConversionError, match=r"a\.py.*'nothing'"):
        readable(TEXT, "a.py", "nothing")
