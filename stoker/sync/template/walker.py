"""Executes a template: walks its nodes, writes text and values, follows branches, loops and calls.

Blocks are kept on a list of their own, not on Python's stack: a loop in a branch in a called template is no deeper for
the interpreter than plain text, so no template can exhaust it, and `break` is cutting the list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.sync.template.bounds import Budget, RefusedError
from stoker.sync.template.evaluator import Evaluator
from stoker.sync.template.nodes import Action, Branch, Call, Jump, Node, Text, describe
from stoker.sync.template.printing import sprint
from stoker.sync.template.quoting import quoted
from stoker.sync.template.values import Table, truth, type_name
from stoker.sync.template.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stoker.sync.template.nodes import Pipe
    from stoker.sync.template.source import Source
    from stoker.sync.template.values import Root, Value


class _Block:
    """A list of nodes being walked. `mark` is where the variables are cut back to when it ends."""

    __slots__ = ("at", "body_mark", "caller", "dot", "loop", "mark", "nodes", "rounds")

    def __init__(self, nodes: list[Node], dot: Value, mark: int) -> None:
        self.nodes = nodes
        self.dot = dot
        self.mark = mark
        self.at = 0
        self.loop: Branch | None = None
        self.rounds: Iterator[tuple[Value, Value]] = iter(())  # what a loop has still before it: index and element
        self.body_mark = mark  # where a loop's round cuts back to: after the loop's own variables
        self.caller: Variables | None = None  # variables to return to, for the body of a called template


class Walker:
    """One execution of one template."""

    def __init__(self, source: Source, root: Root) -> None:
        self._source = source
        self._root = root
        self._budget = Budget(source.bounds)
        self._evaluator = Evaluator(self._budget, Text(0, b""), root)
        self._out: list[bytes] = []
        self._blocks: list[_Block] = []
        self._depth = 0

    def run(self, name: bytes) -> bytes:
        """Execute the template `name` on the root. Raises TemplateInvalid, which names the place."""
        self._blocks.append(_Block(self._source.trees[name], self._root, 1))
        try:
            while self._blocks:
                self._advance(self._blocks[-1])
        except RefusedError as refused:
            node = self._evaluator.node
            raise self._source.invalid(node.pos, f"{refused} (at {describe(node)})") from None
        except RecursionError:
            node = self._evaluator.node
            raise self._source.invalid(node.pos, "parentheses lie too deep within one another") from None
        return b"".join(self._out)

    def _advance(self, block: _Block) -> None:
        """Walk the block until it ends or another is put upon it."""
        nodes, count = block.nodes, len(self._blocks)
        while block.at < len(nodes):
            node = nodes[block.at]
            block.at += 1
            self._evaluator.node = node
            self._budget.step()
            match node:
                case Text():
                    self._write(node.text)
                case Action():
                    value = self._evaluator.pipeline(block.dot, node.pipe)
                    if not node.pipe.names:
                        self._evaluator.node = node
                        self._print(value)
                case Branch():
                    self._branch(block.dot, node)
                case Call():
                    self._call(block.dot, node)
                case Jump():
                    self._jump(node)
            if len(self._blocks) != count or self._blocks[-1] is not block:
                return
        if block.loop is None or not self._round(block):
            self._end(block)

    def _write(self, data: bytes) -> None:
        self._budget.write(len(data))
        self._out.append(data)

    def _print(self, value: Value) -> None:
        if isinstance(value, bytes):
            self._write(value)
        elif value is None:
            self._write(b"<no value>")
        else:
            self._write(sprint([value], self._budget))

    def _end(self, block: _Block) -> None:
        self._blocks.pop()
        if block.caller is not None:
            self._evaluator.variables = block.caller
            self._depth -= 1
        else:
            self._evaluator.variables.cut(block.mark)

    def _branch(self, dot: Value, node: Branch) -> None:
        mark = self._evaluator.variables.mark()
        value = self._evaluator.pipeline(dot, node.pipe)
        if node.kind == "range":
            block = _Block(node.body, dot, mark)
            block.loop = node
            block.body_mark = self._evaluator.variables.mark()
            block.rounds = self._rounds(value, node.pipe)
            if self._round(block):
                self._blocks.append(block)
                return
            self._otherwise(dot, node, mark)
        elif truth(value):
            self._blocks.append(_Block(node.body, value if node.kind == "with" else dot, mark))
        else:
            self._otherwise(dot, node, mark)

    def _otherwise(self, dot: Value, node: Branch, mark: int) -> None:
        if node.otherwise is None:
            self._evaluator.variables.cut(mark)
        else:
            self._blocks.append(_Block(node.otherwise, dot, mark))

    def _rounds(self, value: Value, pipe: Pipe) -> Iterator[tuple[Value, Value]]:
        """Index and element of each round."""
        if value is None:
            return iter(())
        if isinstance(value, Table):
            return iter(value.items())
        if isinstance(value, int) and not isinstance(value, bool):
            if len(pipe.names) > 1:
                raise RefusedError(f"can't use {value} to iterate over more than one variable")
            kind = type(value)
            return ((None, kind(number)) for number in range(value))
        raise RefusedError(f"range can't iterate over a value of type {type_name(value)}")

    def _round(self, loop: _Block) -> bool:
        """Begin the next round; False when there is none."""
        variables = self._evaluator.variables
        variables.cut(loop.body_mark)
        following = next(loop.rounds, None)
        if following is None or loop.loop is None:
            return False
        self._budget.step()
        index, element = following
        pipe = loop.loop.pipe
        if pipe.assigns:
            for variable, value in zip(reversed(pipe.names), (element, index), strict=False):
                variables.assign(variable.names[0], value)
        else:
            for depth, value in zip(range(1, len(pipe.names) + 1), (element, index), strict=False):
                variables.set_top(depth, value)
        loop.dot = element
        loop.at = 0
        return True

    def _jump(self, node: Jump) -> None:
        """`break` or `continue`: leave the blocks within the innermost loop, and perhaps the loop."""
        while self._blocks[-1].loop is None:
            self._end(self._blocks[-1])
        loop = self._blocks[-1]
        if node.kind == "break":
            self._end(loop)
        else:
            loop.at = len(loop.nodes)

    def _call(self, dot: Value, node: Call) -> None:
        nodes = self._source.trees.get(node.name)
        if nodes is None:
            raise RefusedError(f"template {quoted(node.name)} not defined: add {{{{define {quoted(node.name)}}}}}")
        if self._depth >= self._source.bounds.depth:
            raise RefusedError(f"more than {self._source.bounds.depth} templates called from one another")
        value = None if node.pipe is None else self._evaluator.pipeline(dot, node.pipe)
        block = _Block(nodes, value, 0)
        block.caller = self._evaluator.variables
        self._evaluator.variables = Variables(value)
        self._depth += 1
        self._blocks.append(block)
