"""Ask TensorFlow for the answers of the conformance cases, and check them in.

Run by hand in an environment that has TensorFlow 2.21 and nothing of this project, from the root
of the repository: `path/to/that/python -m tools.record_conformance [GROUP ...]`.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conformance.case import Case

os.environ["GRAPHLENS_CONFORMANCE_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

LOG_LINE = re.compile(r"^([IWEF]\d{4} |\d{4}-\d\d-\d\d |WARNING: All log|WARNING:tensorflow)")


@contextlib.contextmanager
def captured_descriptors() -> Iterator[Callable[[], tuple[str, str]]]:
    """Collects what reaches file descriptors 1 and 2: TensorFlow prints from C++."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        sys.stdout.flush()
        sys.stderr.flush()
        kept = os.dup(1), os.dup(2)
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)

        def written() -> tuple[str, str]:
            sys.stdout.flush()
            sys.stderr.flush()
            return text(out), text(err)

        try:
            yield written
        finally:
            os.dup2(kept[0], 1)
            os.dup2(kept[1], 2)
            os.close(kept[0])
            os.close(kept[1])


def text(file: Any) -> str:
    """What was written to a file, without TensorFlow's log."""
    file.seek(0)
    lines = file.read().decode("utf-8", "replace").splitlines(keepends=True)
    return "".join(line for line in lines if not LOG_LINE.match(line))


def kept(case: Case, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer without TensorFlow's own words, save for the part the case asks for."""
    message = answer.pop("message", "")
    found = re.search(case.match, message) if case.match else None
    return {**answer, "says": found.group()} if found else answer


def complaints(case: Case, answer: list[dict[str, Any]]) -> Iterator[str]:
    """The pattern of a case must fit TensorFlow's own messages."""
    for one in answer:
        if "raises" in one and case.match and not re.search(case.match, one["message"]):
            yield f"{case.name}: {case.match!r} is not in {one['message']!r}"
    if case.match and all("raises" not in one for one in answer):
        yield f"{case.name}: raises nothing, answers {answer[0]['value']}"


def main() -> int:
    """Record the groups named on the command line, or all of them."""
    from tests.conformance import answers
    from tests.conformance.case import load, tf
    from tests.conformance.observe import observe

    tf.get_logger().setLevel("ERROR")
    wanted = set(sys.argv[1:])
    groups: dict[str, dict[str, list[Any]]] = {}
    wrong: list[str] = []
    for name, case in load().items():
        group, _, function = name.partition("::")
        if wanted and group not in wanted:
            continue
        answer = observe(case, captured_descriptors)
        wrong += complaints(case, answer)
        groups.setdefault(group, {})[function] = [kept(case, one) for one in answer]
    for group, recorded in groups.items():
        answers.write(group, recorded)
        print(f"{group}: {len(recorded)} cases")
    print(*wrong, sep="\n", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
