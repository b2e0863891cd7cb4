"""The cheap looks at a text never miss what a rule would find."""

from __future__ import annotations

import pytest

from engine.inference.mentions import may_stage
from engine.lint.rule import all_rules

BAD = [(rule.code, example.bad) for rule in all_rules() for example in rule.bad]


@pytest.mark.parametrize(("code", "text"), BAD, ids=[code for code, _ in BAD])
def test_every_bad_example_is_worth_a_walk(code: str, text: str):
    assert may_stage(text)


@pytest.mark.parametrize(
    "text",
    [
        "import tensorflow as tf\nx = tf.constant(1)\n",
        "import tensorflow as tf\nclass A:\n    @property\n    def x(self): return tf.zeros(1)\n",
        "import numpy as np\n\n\n@decorated\ndef f(x):\n    return np.cond(x)\n",
        '"""A function of the engine."""\n',
        "from tensorflow import keras, constant\n",
    ],
)
def test_files_that_stage_nothing_are_not_walked(text: str):
    assert not may_stage(text)


@pytest.mark.parametrize(
    "text",
    [
        "from tensorflow import function as f\n",
        "from tensorflow import (\n    function,\n)\n",
        "from tensorflow import constant, \\\n    function\n",
        "from tensorflow import *\n",
        "import tensorflow as tf\nfrom mine import traced\n@traced\ndef f(x): pass\n",
        "import tensorflow as tf\nd = d.map(f)\n",
        "import tensorflow as tf\ntf . function(f)\n",
        "import keras\nclass A(keras.Layer):\n    def call(self, x): pass\n",
        "from keras import layers\nmodel.compile(loss=f)\n",
    ],
)
def test_anything_that_may_stage_is_walked(text: str):
    assert may_stage(text)
