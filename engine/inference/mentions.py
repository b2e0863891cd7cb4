"""What a text must mention before it is worth to be walked: cheap looks that never miss."""

from __future__ import annotations

import re

__all__ = ["may_stage", "mentions_framework"]

_FRAMEWORK = re.compile(r"\b(?:tensorflow|keras|tf_keras|engine|graphlens)\b")


def mentions_framework(text: str) -> bool:
    """Whether a text can know the framework at all; false for most files."""
    return _FRAMEWORK.search(text) is not None


_STAGING = re.compile(
    r"""
    # What stages a function, or takes one that it stages.
    \.\s*(?:function|defun|autograph|wrap_function|\w*py_func\w*|numpy_function|custom_gradient
        |recompute_grad|grad_pass_through|cond|case|switch_case|while_loop|map_fn|foldl|foldr|scan
        |vectorized_map|map|map_\w+|filter|flat_map|interleave|reduce|take_while|apply|run|run_v2
        |\w+_run\w*|from_generator|compile|fit|save|export|Lambda|make_\w+|get_concrete_function
        |\w*call_for_each_replica|merge_call|function_in_tf1|jit\w*)\b
    # The methods that Keras stages.
    | \bdef\s+(?:call|train_step|test_step|predict_step|compute_loss|update_state|result)\b
    # Any decorator but those that certainly stage nothing.
    | ^[ \t\f]*@(?!\s*(?:property|staticmethod|classmethod|\w+\.setter|dataclasses?|abstractmethod
        |abc\.\w+|pytest\.|unittest\.|mock\.|functools\.wraps|contextmanager|contextlib\.)\b)
    # Names from the framework itself, unless they are listed on the line.
    | ^[ \t\f]*from\s+[\w.]*(?:tensorflow|keras|engine|graphlens|tf_agents)[\w.]*\s+import\s+
        (?:\(|.*(?:\\$|\*|\b(?:function|defun|cond|while_loop|map_fn|scan|fold[lr]|\w+_map
        |custom_gradient|recompute_grad|case|switch_case|Lambda|\w*py_func\w*|numpy_function)\b))
    """,
    re.VERBOSE | re.MULTILINE,
)


def may_stage(text: str) -> bool:
    """Whether something in a text may be staged: without that no rule finds anything."""
    return mentions_framework(text) and _STAGING.search(text) is not None
