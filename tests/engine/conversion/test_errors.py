"""Errors of traced code name the user's file and lines, and nothing else."""

import re

import pytest

import engine as tf
from engine.base.errors import InvalidArgumentError
from engine.conversion.api import convert
from engine.conversion.errors import in_user_code, user_frames
from engine.syntax.errors import StagingError


def failing(x):
    if x > 0:
        for i in range(3):
            if i == 2:
                raise ValueError("first\nsecond")
    return x


def calling(x):
    return failing(x) + 1


def raised(function, *args):
    with pytest.raises(Exception) as caught:  # noqa: PT011
        convert(function)(*args)
    return caught.value


def test_each_function_is_one_frame_at_the_line_that_failed() -> None:
    message = str(raised(calling, 1))
    line = failing.__code__.co_firstlineno
    call = calling.__code__.co_firstlineno + 1
    assert message == (
        "in user code:\n\n"
        f'    File "{__file__}", line {call}, in calling  *\n'
        "        return failing(x) + 1\n"
        f'    File "{__file__}", line {line + 4}, in failing  *\n'
        '        raise ValueError("first\\nsecond")\n'
        "\n    ValueError: first\n    second\n"
    )


def test_no_generated_names_and_no_engine_frames() -> None:
    message = str(raised(calling, 1))
    generated = r"if_body|loop_body|ag__|tf__|fscope|engine/conversion/[a-z]+\.py"
    assert not re.search(generated, message)


@pytest.mark.parametrize(
    "kind", [ValueError, TypeError, KeyError, AttributeError, RuntimeError, NotImplementedError]
)
def test_the_type_is_kept(kind) -> None:
    def user():
        raise kind("what")

    error = raised(user)
    assert isinstance(error, kind)
    assert type(error).__name__ == kind.__name__
    assert "in user" in str(error)
    assert "what" in str(error)


def test_types_that_take_no_message_become_staging_errors() -> None:
    class Mine(Exception):
        def __init__(self, a, b):
            super().__init__(a)

    def user():
        raise Mine("what", 2)

    error = raised(user)
    assert type(error) is StagingError
    assert "Mine: what" in str(error)


def test_engine_errors_keep_their_type_and_fields() -> None:
    def user():
        raise InvalidArgumentError(None, None, "bad")

    error = raised(user)
    assert type(error) is InvalidArgumentError
    assert error.message.startswith("in user code:")
    assert error.error_code == 3


def test_errors_that_pass_through() -> None:
    def user():
        error = ValueError("as it is")
        error.ag_pass_through = True
        raise error

    assert str(raised(user)) == "as it is"


def test_user_code_sees_the_error_as_it_was_raised() -> None:
    seen = []

    def user():
        try:
            failing(1)
        except ValueError as error:
            seen.append(str(error))

    convert(user)()
    assert seen == ["first\nsecond"]


def test_nested_translation_says_it_once() -> None:
    inner = convert(failing)

    def user(x):
        return inner(x)

    message = str(raised(user, 1))
    assert message.count("in user code:") == 1
    assert message.count("ValueError: first") == 1
    assert message.index(", in user  *") < message.index(", in failing  *")


def test_frames_of_the_engine_on_demand(monkeypatch) -> None:
    monkeypatch.setenv("GRAPHLENS_FULL_TRACEBACK", "1")
    assert "converted_call" in str(raised(failing, 1))


def test_blocks_of_the_engine_that_run_user_code() -> None:
    with pytest.raises(ValueError, match="in user code") as caught:
        with in_user_code():
            failing(1)
    assert caught.value.__suppress_context__
    assert [frame.function for frame in user_frames(caught.value.__traceback__)][-1] == "failing"


def test_a_traced_function_names_the_users_line() -> None:
    @tf.function
    def user(x):
        if x > 0:
            y = 1
        return y

    with pytest.raises(ValueError, match="'y' must also be initialized in the else branch") as e:
        user(tf.constant(1))
    line = user.python_function.__code__.co_firstlineno + 2
    assert f'File "{__file__}", line {line}, in user  *\n        if x > 0:' in str(e.value)


def test_after_an_error_the_next_call_works() -> None:
    @tf.function
    def user(x, bad):
        if bad:
            raise ValueError("bad")
        return x + 1

    for _ in range(2):
        with pytest.raises(ValueError, match="bad"):
            user(tf.constant(1), True)
        assert user(tf.constant(1), False).numpy() == 2
    assert tf.executing_eagerly()


def test_endless_recursion_is_shown_briefly() -> None:
    def again(x):
        return again(x)

    message = str(raised(again, 1))
    assert "RecursionError" in message
    assert "more times]" in message
    assert len(message) < 2000


def test_operands_of_expressions_are_no_frames() -> None:
    def user(x):
        return 1 if x and failing(1) else 2

    message = str(raised(user, True))
    assert "<lambda>" not in message
    assert message.count("1 if x and failing(1) else 2") == 1
