"""All analyses of one tree, each computed when first asked for."""

from __future__ import annotations

from functools import cached_property

import gast

from engine.analysis.activity import Activity, activity
from engine.analysis.cfg import Cfg, control_flow
from engine.analysis.dataflow import Bits
from engine.analysis.liveness import closures_reaching, liveness
from engine.analysis.reaching import defined, definitions

__all__ = ["Facts", "Flow"]


class Flow:
    """What is known of one function at each of its nodes and compound statements."""

    def __init__(self, cfg: Cfg, scopes: Activity, outer: int, bits: Bits) -> None:
        self.cfg = cfg
        self.scopes = scopes
        self.bits = bits
        self._outer = outer

    @cached_property
    def closures(self) -> list[int]:
        """By node: names needed by the functions defined before it."""
        return closures_reaching(self.cfg, self.scopes, self.bits, self._outer)

    @cached_property
    def _live(self) -> tuple[list[int], list[int]]:
        return liveness(self.cfg, self.scopes, self.bits, self.closures)

    @cached_property
    def _defined(self) -> tuple[list[int], list[int]]:
        return defined(self.cfg, self.scopes, self.bits)

    @cached_property
    def definitions(self) -> dict[gast.AST, dict[str, frozenset[gast.AST]]]:
        """By node: for each name, the places whose value it may have."""
        return definitions(self.cfg, self.scopes)

    def live_in(self, entry: gast.AST) -> frozenset[str]:
        """Names needed at or after a node (for a compound statement: its test or iterable)."""
        number = self.cfg.number.get(entry)
        return frozenset() if number is None else self.bits.back(self._live[0][number])

    def live_out(self, statement: gast.AST) -> frozenset[str]:
        """Names needed after a compound statement."""
        found = 0
        for number in self.cfg.leaving.get(statement, ()):
            found |= self._live[0][number]
        return self.bits.back(found)

    def defined_in(self, statement: gast.AST) -> frozenset[str]:
        """Names that may have a value when a compound statement is entered."""
        found = 0
        for number in self.cfg.entering.get(statement, ()):
            found |= self._defined[1][number]
        return self.bits.back(found)


class Facts:
    """The analyses of a function, with the functions and lambdas inside it."""

    def __init__(self, tree: gast.AST) -> None:
        self.tree = tree
        self._flows: dict[gast.AST, Flow] = {}
        self._bits = Bits()

    @cached_property
    def activity(self) -> Activity:
        """What each statement and block does with names."""
        return activity(self.tree)

    @cached_property
    def graphs(self) -> dict[gast.AST, Cfg]:
        """The control-flow graph of each function and lambda."""
        return control_flow(self.tree)

    def flow(self, function: gast.AST, around: gast.AST | None = None) -> Flow:
        """What is known inside a function or lambda.

        Args:
            function: One of the tree's functions or lambdas.
            around: The function it is defined in, if that is in the tree too.
        """
        known = self._flows.get(function)
        if known is None:
            outer = 0
            if around is not None:
                parent = self.flow(around)
                number = parent.cfg.number.get(function)
                outer = 0 if number is None else parent.closures[number]
            known = Flow(self.graphs[function], self.activity, outer, self._bits)
            self._flows[function] = known
        return known
