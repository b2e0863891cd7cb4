"""Models of layers between symbolic tensors as plain data, and back."""

from __future__ import annotations

from typing import Any

from engine.ir.structure import flatten, map_structure
from engine.keras import configs
from engine.keras.functional import KerasTensor


def functional_config(model: Any) -> dict[str, Any]:
    """Layers with their configurations, calls in order, and names of inputs and outputs."""
    calls = model._computation.calls
    numbers = {id(call): i for i, call in enumerate(calls)}
    names = [tensor.call.layer.name for tensor in model.inputs]

    def place(leaf: Any) -> Any:
        if not isinstance(leaf, KerasTensor):
            return configs.serialize(leaf)
        if id(leaf.call) in numbers:
            return {"call": numbers[id(leaf.call)], "output": leaf.index}
        return {"input": leaf.call.layer.name}  # type: ignore[union-attr]

    return {
        "name": model.name,
        "trainable": model._trainable,
        "layers": [configs.serialize(layer) for layer in model.layers],
        "calls": [
            {"layer": call.layer.name, "args": map_structure(place, list(call.args)),
             "kwargs": map_structure(place, call.kwargs)} for call in calls
        ],
        "input_layers": map_structure(lambda t: t.call.layer.name, model._input_tree),
        "output_layers": map_structure(place, model._output_tree),
        "inputs": names,
    }  # fmt: skip


def rebuilt(config: dict[str, Any], custom: Any) -> tuple[Any, Any]:
    """Symbolic inputs and outputs of the model that was described."""
    layers = {}
    for item in config["layers"]:
        layer = configs.deserialize(item, custom)
        layers[layer.name] = layer
    inputs = {name: layers[name].output for name in config["inputs"]}
    results: list[list[Any]] = []

    def find(value: Any) -> Any:
        if isinstance(value, dict):
            if value.keys() == {"call", "output"}:
                return results[value["call"]][value["output"]]
            if value.keys() == {"input"}:
                return inputs[value["input"]]
            if "class_name" in value:
                return configs.deserialize(value, custom)
            return {key: find(item) for key, item in value.items()}
        return [find(item) for item in value] if isinstance(value, (list, tuple)) else value

    for call in config["calls"]:
        made = layers[call["layer"]](*find(call["args"]), **find(call["kwargs"]))
        results.append(flatten(made))
    tree = map_structure(lambda name: inputs[name], config["input_layers"])
    return tree, find(config["output_layers"])
