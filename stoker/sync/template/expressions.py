"""The parser's lower half: tokens with look-ahead, pipelines, commands and operands.

Shaped as Go's parser is, token for token, because which line a mistake is reported at follows from how far it looked
ahead. Variables are checked here too: a name is known from its declaration to the end of its block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from stoker.sync.template.bounds import RefusedError
from stoker.sync.template.nodes import Bool, Chain, Command, Dot, Field, Identifier, Nil, Number, Pipe, String, Variable
from stoker.sync.template.numbers import complex_constant, constant
from stoker.sync.template.quoting import quoted, unquote
from stoker.sync.template.signatures import SIGNATURES
from stoker.sync.template.tokens import Kind, Token
from stoker.sync.template.unicode import decode
from stoker.sync.template.variables import Variables

if TYPE_CHECKING:
    from stoker.sync.template.nodes import Operand
    from stoker.sync.template.source import Source

_OPERANDS = {
    Kind.BOOL,
    Kind.CHARACTER,
    Kind.COMPLEX,
    Kind.DOT,
    Kind.FIELD,
    Kind.IDENTIFIER,
    Kind.NUMBER,
    Kind.NIL,
    Kind.RAW_STRING,
    Kind.STRING,
    Kind.VARIABLE,
    Kind.LEFT_PAREN,
}
_CONSTANTS = (Bool, Dot, Nil, Number, String)


class Expressions:
    """Reads tokens of one tree; the three last read can be put back."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.variables = Variables(None)
        self._tokens = [Token(Kind.EOF, 0, b"")] * 3
        self._peeked = 0

    # --- tokens
    def next(self) -> Token:
        """Take the next token."""
        if self._peeked:
            self._peeked -= 1
        else:
            self._tokens[0] = self._read()
        return self._tokens[self._peeked]

    def peek(self) -> Token:
        """The next token, not taken."""
        if not self._peeked:
            self._peeked = 1
            self._tokens[0] = self._read()
        return self._tokens[self._peeked - 1]

    def _read(self) -> Token:
        token = self.source.lexer.next()
        self.source.words += 1
        if self.source.words > self.source.bounds.words:
            self._tokens[0] = token
            self.fail(f"more than {self.source.bounds.words} words in one template")
        return token

    def back(self, *earlier: Token) -> None:
        """Put the last token back, and before it `earlier`, the latest of them first."""
        if not earlier:
            self._peeked += 1
            return
        for slot, token in enumerate(earlier, 1):
            self._tokens[slot] = token
        self._peeked = 1 + len(earlier)

    def next_solid(self) -> Token:
        """Take the next token that is no space."""
        token = self.next()
        while token.kind is Kind.SPACE:
            token = self.next()
        return token

    def peek_solid(self) -> Token:
        """The next token that is no space, not taken; the spaces are."""
        token = self.next_solid()
        self.back()
        return token

    def expect(self, context: str, *kinds: Kind) -> Token:
        """Take a token of one of the kinds. Raises TemplateInvalid."""
        token = self.next_solid()
        if token.kind not in kinds:
            self.unexpected(token, context)
        return token

    def fail(self, message: str) -> NoReturn:
        """Refuse the template at the token read last, which is the line Go names."""
        raise self.source.invalid(self._tokens[0].pos, message)

    def unexpected(self, token: Token, context: str) -> NoReturn:
        """Refuse a token; one that the lexer refused already keeps its message."""
        self.fail(str(token) if token.kind is Kind.ERROR else f"unexpected {token} in {context}")

    def unquoted(self, token: Token) -> bytes:
        """What a string token stands for. Raises TemplateInvalid."""
        try:
            return unquote(token.text)
        except RefusedError as refused:
            self.fail(f"{refused}: {decode(token.text)}")

    def enter(self) -> None:
        """Go one level deeper; the caller comes back up by `source.nesting`. Raises TemplateInvalid."""
        try:
            self.source.enter()
        except RefusedError as refused:
            self.fail(str(refused))

    # --- pipelines
    def pipeline(self, context: str, end: Kind) -> Pipe:
        """Declarations, then commands up to `end`, which is taken. Raises TemplateInvalid."""
        pipe = Pipe(self.peek_solid().pos, assigns=False, names=[], commands=[])
        while self._declaration(pipe, context):
            pass
        while True:
            token = self.next_solid()
            if token.kind is end:
                break
            if token.kind not in _OPERANDS:
                self.unexpected(token, context)
            self.back()
            pipe.commands.append(self._command())
        if not pipe.commands:
            self.fail(f"missing value for {context}")
        for stage, command in enumerate(pipe.commands[1:], 2):
            if isinstance(command.args[0], _CONSTANTS):
                self.fail(f"non executable command in pipeline stage {stage}")
        return pipe

    def _declaration(self, pipe: Pipe, context: str) -> bool:
        """Take `$x :=`, `$x =` or `$x,` if that is what comes; True after a comma, when another may follow."""
        variable = self.peek_solid()
        if variable.kind is not Kind.VARIABLE:
            return False
        self.next()
        after = self.peek()
        solid = self.peek_solid()
        comma = solid.kind is Kind.CHAR and solid.text == b","
        if solid.kind not in (Kind.ASSIGN, Kind.DECLARE) and not comma:
            # It is an argument: put it back, and the space that parts it from the next.
            if after.kind is Kind.SPACE:
                self.back(after, variable)
            else:
                self.back(variable)
            return False
        self.next_solid()
        pipe.names.append(_variable(variable.pos, variable.text))
        self.variables.declare(decode(variable.text), None)
        if not comma:
            pipe.assigns = solid.kind is Kind.ASSIGN
            return False
        if context != "range" or len(pipe.names) > 1:
            self.fail(f"too many declarations in {context}")
        if self.peek_solid().kind not in (Kind.VARIABLE, Kind.RIGHT, Kind.RIGHT_PAREN):
            self.fail("range can only initialize variables")
        return True

    def _command(self) -> Command:
        """Operands up to a pipe, which is taken, or a delimiter, which is not."""
        command = Command(self.peek_solid().pos, [])
        while True:
            self.peek_solid()
            operand = self._operand()
            if operand is not None:
                command.args.append(operand)
            token = self.next()
            if token.kind is Kind.SPACE:
                continue
            if token.kind in (Kind.RIGHT, Kind.RIGHT_PAREN):
                self.back()
            elif token.kind is not Kind.PIPE:
                self.unexpected(token, "operand")
            break
        if not command.args:
            self.fail("empty command")
        return command

    def _operand(self) -> Operand | None:
        """A term and the fields asked of it; None when no term comes."""
        node = self._term()
        if node is None or self.peek().kind is not Kind.FIELD:
            return node
        pos = self.peek().pos
        names: list[str] = []
        while self.peek().kind is Kind.FIELD:
            names.append(decode(self.next().text[1:]))
        if isinstance(node, Field | Variable):
            return type(node)(pos, node.names + names)
        if not isinstance(node, Identifier | Pipe):
            self.fail("unexpected . after a constant: only fields, variables and values in parentheses have fields")
        return Chain(pos, node, names)

    def _term(self) -> Operand | None:
        token = self.next_solid()
        match token.kind:
            case Kind.IDENTIFIER:
                return self._function(token)
            case Kind.DOT:
                return Dot(token.pos)
            case Kind.NIL:
                return Nil(token.pos)
            case Kind.VARIABLE:
                return self._known(token)
            case Kind.FIELD:
                return Field(token.pos, [decode(token.text[1:])])
            case Kind.BOOL:
                return Bool(token.pos, token.text == b"true")
            case Kind.CHARACTER | Kind.COMPLEX | Kind.NUMBER:
                return self._number(token)
            case Kind.LEFT_PAREN:
                self.enter()
                pipe = self.pipeline("parenthesized pipeline", Kind.RIGHT_PAREN)
                self.source.nesting -= 1
                return pipe
            case Kind.STRING | Kind.RAW_STRING:
                return String(token.pos, token.text, self.unquoted(token))
        self.back()
        return None

    def _function(self, token: Token) -> Identifier:
        name = decode(token.text)
        if name not in SIGNATURES:
            known = ", ".join(sorted(SIGNATURES))
            self.fail(f"function {quoted(token.text)} not defined: the functions are {known}")
        return Identifier(token.pos, name)

    def _known(self, token: Token) -> Variable:
        variable = _variable(token.pos, token.text)
        if not self.variables.knows(variable.names[0]):
            self.fail(
                f"undefined variable {quoted(token.text)}: declare it with := before, in the same block or one around it"
            )
        return variable

    def _number(self, token: Token) -> Number:
        value: int | float | complex | None
        try:
            value = complex_constant(token.text) if token.kind is Kind.COMPLEX else constant(token.text)
        except OverflowError:
            value = None
        except RefusedError as refused:
            self.fail(str(refused))
        return Number(token.pos, token.text, value)


def _variable(pos: int, text: bytes) -> Variable:
    return Variable(pos, decode(text).split("."))
