"""The trained machines as an ONNX graph of plain products and exponentials, so that any onnxruntime runs it. Training only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 17


@dataclass(frozen=True)
class Machine:
    """A support vector machine with kernel exp(-gamma |x - v|²): decision = sum of weight · kernel + offset."""

    vectors: NDArray[np.float32]
    weights: NDArray[np.float64]
    offset: float


@dataclass(frozen=True)
class Trained:
    """Everything the graph needs. mean, sd: of the features. angry: against all the rest, "angry" from `threshold` on with a
    logistic curve of `steepness`. rest: one machine each for the other labels, in the order of EMOTIONS."""

    mean: NDArray[np.float32]
    sd: NDArray[np.float32]
    gamma: float
    angry: Machine
    threshold: float
    steepness: float
    rest: tuple[Machine, ...]


def save(trained: Trained, path: Path) -> None:
    """Write the graph: features [n, d] → probabilities [n, 4] in the order of EMOTIONS."""
    width = len(trained.mean)
    inputs = [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", width])]
    outputs = [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 1 + len(trained.rest)])]
    graph = helper.make_graph(_nodes(), "emotion", inputs, outputs, _constants(trained))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9, producer_name="callbox")
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def _nodes() -> list[onnx.NodeProto]:
    """Standardise; squared distance to every vector as |z|² - 2 z·v + |v|²; kernel; decisions; curve and softmax."""
    return [
        helper.make_node("Sub", ["features", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "sd"], ["z"]),
        helper.make_node("Mul", ["z", "z"], ["z_squared"]),
        helper.make_node("ReduceSum", ["z_squared", "last"], ["z_length"], keepdims=1),
        helper.make_node("MatMul", ["z", "vectors"], ["product"]),
        helper.make_node("Mul", ["product", "minus_two"], ["minus_twice"]),
        helper.make_node("Add", ["z_length", "vector_length"], ["lengths"]),
        helper.make_node("Add", ["lengths", "minus_twice"], ["distance"]),
        helper.make_node("Mul", ["distance", "minus_gamma"], ["exponent"]),
        helper.make_node("Exp", ["exponent"], ["kernel"]),
        helper.make_node("MatMul", ["kernel", "weights"], ["weighted"]),
        helper.make_node("Add", ["weighted", "offsets"], ["decisions"]),
        helper.make_node("Split", ["decisions", "split"], ["angry_decision", "rest_decisions"], axis=1),
        helper.make_node("Mul", ["angry_decision", "steepness"], ["angry_logit"]),
        helper.make_node("Sigmoid", ["angry_logit"], ["angry"]),
        helper.make_node("Sub", ["one", "angry"], ["not_angry"]),
        helper.make_node("Mul", ["rest_decisions", "two"], ["rest_logits"]),
        helper.make_node("Softmax", ["rest_logits"], ["rest_shares"], axis=1),
        helper.make_node("Mul", ["rest_shares", "not_angry"], ["rest"]),
        helper.make_node("Concat", ["angry", "rest"], ["probabilities"], axis=1),
    ]


def _constants(trained: Trained) -> list[onnx.TensorProto]:
    machines = (trained.angry, *trained.rest)
    vectors = np.concatenate([machine.vectors for machine in machines])
    offsets = np.array([machine.offset for machine in machines])
    offsets[0] -= trained.threshold
    floats = {
        "mean": trained.mean,
        "sd": trained.sd,
        "vectors": vectors.T,
        "vector_length": (vectors**2).sum(axis=1),
        "weights": _weights(machines),
        "offsets": offsets,
        "minus_gamma": np.array(-trained.gamma),
        "minus_two": np.array(-2.0),
        "two": np.array(2.0),
        "one": np.array(1.0),
        "steepness": np.array(trained.steepness),
    }
    integers = {"last": np.array([1]), "split": np.array([1, len(trained.rest)])}
    tensors = [numpy_helper.from_array(np.asarray(value, dtype=np.float32), name) for name, value in floats.items()]
    return tensors + [numpy_helper.from_array(np.asarray(value, dtype=np.int64), name) for name, value in integers.items()]


def _weights(machines: tuple[Machine, ...]) -> NDArray[np.float64]:
    """One column a machine, zero where the vector belongs to another machine."""
    count = sum(len(machine.weights) for machine in machines)
    weights = np.zeros((count, len(machines)))
    first = 0
    for column, machine in enumerate(machines):
        weights[first : first + len(machine.weights), column] = machine.weights
        first += len(machine.weights)
    return weights
