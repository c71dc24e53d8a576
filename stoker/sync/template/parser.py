"""The parser's upper half: text, blocks and definitions, to a tree for each named template.

Chains of `else if` and `else with` are read in a loop, not one within the other: a list of a hundred cases is no depth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.sync.template.expressions import Expressions
from stoker.sync.template.nodes import Action, Branch, Call, Jump, Node, Text
from stoker.sync.template.quoting import quoted
from stoker.sync.template.tokens import Kind, Token
from stoker.sync.template.unicode import decode, is_blank

if TYPE_CHECKING:
    from stoker.sync.template.source import Source


class Ending:
    """`end` or `else`, which closes a list of nodes; it is no node of the tree."""

    __slots__ = ("pos", "text")

    def __init__(self, pos: int, text: str) -> None:
        self.pos = pos
        self.text = text


class Tree(Expressions):
    """One template: the file itself, a `define` or a `block`."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._ranges = 0

    def parse_file(self, name: bytes) -> None:
        """Read the whole text; its definitions and itself, as `name`, are put into `source.trees`."""
        nodes: list[Node] = []
        while self.peek().kind is not Kind.EOF:
            if self.peek().kind is Kind.LEFT:
                left = self.next()
                if self.next_solid().kind is Kind.DEFINE:
                    Tree(self.source).parse_definition()
                    continue
                self.back(left)
            node = self._text_or_action()
            if isinstance(node, Ending):
                self.fail(f"unexpected {node.text}")
            nodes.append(node)
        self._add(name, nodes)

    def parse_definition(self) -> None:
        """Read the rest of `{{define "name"}}...{{end}}`."""
        name = self.unquoted(self.expect("define clause", Kind.STRING, Kind.RAW_STRING))
        self.expect("define clause", Kind.RIGHT)
        self.parse_body(name, "define clause")

    def parse_body(self, name: bytes, context: str) -> None:
        """Read a definition up to its `end`, and keep it as `name`."""
        nodes, ending = self._list()
        if ending.text != "{{end}}":
            self.fail(f"unexpected {ending.text} in {context}")
        self._add(name, nodes)

    def _add(self, name: bytes, nodes: list[Node]) -> None:
        trees = self.source.trees
        if name not in trees or _is_empty(trees[name]):
            trees[name] = nodes
        elif not _is_empty(nodes):
            self.fail(f"multiple definition of template {quoted(name)}")

    def _list(self) -> tuple[list[Node], Ending]:
        """Nodes up to the `end` or `else` that closes them."""
        self.enter()
        nodes: list[Node] = []
        while True:
            if self.peek_solid().kind is Kind.EOF:
                self.fail("unexpected EOF: a block is not closed by {{end}}")
            node = self._text_or_action()
            if isinstance(node, Ending):
                self.source.nesting -= 1
                return nodes, node
            nodes.append(node)

    def _text_or_action(self) -> Node | Ending:
        token = self.next_solid()
        if token.kind is Kind.TEXT:
            return Text(token.pos, token.text)
        if token.kind is not Kind.LEFT:
            self.unexpected(token, "input")
        return self._action()

    def _action(self) -> Node | Ending:
        token = self.next_solid()
        match token.kind:
            case Kind.IF | Kind.WITH | Kind.RANGE:
                return self._branch(decode(token.text))
            case Kind.BREAK | Kind.CONTINUE:
                return self._jump(token)
            case Kind.ELSE:
                return self._else()
            case Kind.END:
                return Ending(self.expect("end", Kind.RIGHT).pos, "{{end}}")
            case Kind.BLOCK:
                return self._block()
            case Kind.TEMPLATE:
                return self._template()
        self.back()
        pos = self.peek().pos
        return Action(pos, self.pipeline("command", Kind.RIGHT))

    def _jump(self, token: Token) -> Jump:
        action = "{{" + decode(token.text) + "}}"
        after = self.next_solid()
        if after.kind is not Kind.RIGHT:
            self.unexpected(after, action)
        if not self._ranges:
            self.fail(f"{action} outside {{{{range}}}}")
        return Jump(token.pos, decode(token.text))

    def _else(self) -> Ending:
        token = self.peek_solid()
        if token.kind not in (Kind.IF, Kind.WITH):
            token = self.expect("else", Kind.RIGHT)
        return Ending(token.pos, "{{else}}")

    def _branch(self, kind: str) -> Branch:
        known = self.variables.mark()
        first = last = self._arm(kind)
        while True:
            branch, ending = last
            if ending.text == "{{end}}":
                break
            chained = Kind.IF if kind == "if" else Kind.WITH
            if kind != "range" and self.peek().kind is chained:
                self.next()
                last = self._arm(kind)
                branch.otherwise = [last[0]]
                continue
            branch.otherwise, closing = self._list()
            if closing.text != "{{end}}":
                self.fail(f"expected end; found {closing.text}")
            break
        self.variables.cut(known)
        return first[0]

    def _arm(self, kind: str) -> tuple[Branch, Ending]:
        """A pipeline and what is done for it, up to the `end` or `else`."""
        pipe = self.pipeline(kind, Kind.RIGHT)
        self._ranges += kind == "range"
        body, ending = self._list()
        self._ranges -= kind == "range"
        return Branch(pipe.pos, kind, pipe, body, None), ending

    def _block(self) -> Call:
        token = self.next_solid()
        name = self._name(token, "block clause")
        pipe = self.pipeline("block clause", Kind.RIGHT)
        Tree(self.source).parse_body(name, "block clause")
        return Call(token.pos, name, pipe)

    def _template(self) -> Call:
        token = self.next_solid()
        name = self._name(token, "template clause")
        if self.next_solid().kind is Kind.RIGHT:
            return Call(token.pos, name, None)
        self.back()
        return Call(token.pos, name, self.pipeline("template clause", Kind.RIGHT))

    def _name(self, token: Token, context: str) -> bytes:
        if token.kind not in (Kind.STRING, Kind.RAW_STRING):
            self.unexpected(token, context)
        return self.unquoted(token)


def _is_empty(nodes: list[Node]) -> bool:
    """Is there nothing in the tree but blank text? Such a definition gives way to another."""
    return all(isinstance(node, Text) and is_blank(node.text) for node in nodes)


def parse_source(source: Source, name: bytes) -> None:
    """Parse a file into `source.trees`, itself as `name`. Raises TemplateInvalid for anything that is no template."""
    try:
        Tree(source).parse_file(name)
    except RecursionError:
        raise source.invalid(0, "blocks and parentheses lie too deep within one another") from None
