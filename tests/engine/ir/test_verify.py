"""Well-formed graphs pass, others are refused with the rule they break."""

import pytest

import engine as tf
from engine.ir.graph import Graph
from engine.ir.verify import verify


def loop_graph():
    def f(x):
        return tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), [0, x])[1]

    concrete = tf.function(f, autograph=False).get_concrete_function(tf.TensorSpec([2]))
    return concrete.graph


def test_traced_graphs_are_well_formed():
    verify(loop_graph())


def test_nodes_in_a_wrong_order_are_refused():
    graph = loop_graph()
    turned = Graph(graph.name, graph.inputs, graph.nodes[::-1], graph.outputs)
    with pytest.raises(ValueError, match="no output of an earlier node"):
        verify(turned)


def test_missing_nodes_are_refused():
    graph = loop_graph()
    cut = Graph(graph.name, graph.inputs, graph.nodes[:1], graph.outputs)
    with pytest.raises(ValueError, match="output 0 is made by no node"):
        verify(cut)


def test_loops_whose_parts_do_not_fit_are_refused():
    graph = loop_graph()
    (loop,) = [node for node in graph.nodes if node.op.name == "raw.while_loop"]
    loop.attrs = {**loop.attrs, "body": loop.attrs["test"]}
    with pytest.raises(ValueError, match="While: variables: 1 instead of 2"):
        verify(graph)
