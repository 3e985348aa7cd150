"""Finds the texts of a Python module that people can see. Babel calls `messages` (babel.cfg).

The code makes its texts in English, often as f-strings. The message of an f-string is its template: each expression
becomes a {placeholder} with the last name in it. A conditional of two texts gives two templates, one for each text.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import IO, Any, NamedTuple

from language import fast_yaml, script

PROSE = re.compile(r"[A-Za-z]{2,}[']?[a-z]*[,:;.)]*\s+[(\"']*[A-Za-z{]|[}][,:;.]?\s+[(]*[a-z]{2,}")
"""Two words, or a placeholder and a word: what looks like a text for people."""
MARKS = ("marked", "show")
HEADINGS = ("table", "add_column", "add_row", *MARKS)
"""The calls whose texts are shown even when they are one word."""
_LETTER, _NOTHING = re.compile("[A-Za-z]"), re.compile("(?!)")
COMMAND = re.compile(
    r"\$\(|&&|\|\||2>|\s\|\s|/dev/null|<<'|\\\[|\.\*|\\n|<\w+[ >].*>|^(sudo|apt-get|dnf|brew|sed|grep|cat|rm|echo|"
    r"mkdir|systemctl|RUN|COPY|FROM|nft|iptables|pidof|timeout|chkconfig|\$EDITOR|--[a-z]+-hook)\b"
)
"""What only a command, a pattern or a document for a program has."""
INTERNAL = frozenset(
    {
        "compile", "search", "match", "fullmatch", "findall", "finditer", "sub", "split", "script", "shell",
        "TypeVar", "Literal", "getLogger", "NotImplementedError", "TypeError", "AssertionError", "KeyError",
        "ValueError", "RuntimeError", "environ", "getenv", "startswith", "endswith", "removeprefix", "removesuffix",
        "partition", "rpartition", "count", "find", "index", "replace",
    }
)  # fmt: skip
"""The calls whose texts are for programs: patterns, shell, errors of the code itself."""
_LOG = "log.note"
"""The call that writes to the log, which stays English."""


class Found(NamedTuple):
    """One text: the line of its module, and the template."""

    line: int
    text: str


def messages(
    fileobj: IO[bytes], keywords: Mapping[str, Any], comment_tags: Iterable[str], options: Mapping[str, Any]
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Babel's extraction method: line, function, message, comments."""
    for one in texts(fileobj.read().decode()):
        yield one.line, "", one.text, []


def messages_of_script(
    fileobj: IO[bytes], keywords: Mapping[str, Any], comment_tags: Iterable[str], options: Mapping[str, Any]
) -> Iterator[tuple[int, str, str, list[str]]]:
    """The same for a script of a page."""
    for text, line in script.texts(fileobj.read().decode()).items():
        yield line, "", text, []


def texts(source: str) -> list[Found]:
    """The templates of a module that look like texts for people, in the order of its lines."""
    tree = ast.parse(source)
    finder = _Finder(_commands(tree))
    finder.visit(tree)
    if "help=__doc__" in source and (docs := ast.get_docstring(tree)):
        finder.found.append(Found(1, docs))
    return sorted(set(finder.found))


def _commands(tree: ast.Module) -> frozenset[str]:
    """The names of the functions that a module of cli registers as commands; their docstrings are help texts."""
    named = set()
    for one in tree.body:
        if isinstance(one, ast.FunctionDef) and one.name == "register":
            named |= {name.id for name in ast.walk(one) if isinstance(name, ast.Name)}
        elif isinstance(one, ast.FunctionDef) and any(
            "callback" in ast.dump(by) for by in one.decorator_list
        ):
            named.add(one.name)
    return frozenset(named)


class _Finder(ast.NodeVisitor):
    def __init__(self, commands: frozenset[str]) -> None:
        self.found: list[Found] = []
        self._commands = commands

    def _add(self, node: ast.expr, least: re.Pattern[str], never: re.Pattern[str] = COMMAND) -> bool:
        """Keep the templates of a text; say whether the node was a text as a whole."""
        made = list(templates(node))
        self.found += [Found(node.lineno, one) for one in made if least.search(one) and not never.search(one)]
        return bool(made)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        docs = ast.get_docstring(node)
        if docs and node.name in self._commands:
            self.found.append(Found(node.lineno, docs))
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        for one in (node.left, *node.comparators):
            if not isinstance(one, ast.Constant):
                self.visit(one)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)
        if not isinstance(node.slice, ast.Constant):
            self.visit(node.slice)

    def visit_Call(self, node: ast.Call) -> None:
        name = last_name(node.func)
        self.visit(node.func)
        if name in INTERNAL or ast.unparse(node.func) == _LOG:
            for inner in node.args:
                if not isinstance(inner, ast.Constant | ast.JoinedStr):
                    self.visit(inner)
            return
        for argument in (*node.args, *(one.value for one in node.keywords)):
            least = _LETTER if name in HEADINGS else PROSE
            if not self._add(argument, least, _NOTHING if name in MARKS else COMMAND):
                self.visit(argument)
            elif isinstance(argument, ast.JoinedStr):
                self._inner(argument)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._add(node, PROSE)
        self._inner(node)

    def _inner(self, node: ast.AST) -> None:
        """Visit the expressions inside a text, not its own words."""
        for one in ast.walk(node):
            if isinstance(one, ast.FormattedValue) and not _conditional(one.value):
                self.visit(one.value)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if not self._add(node, PROSE):
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        self._add(node, PROSE)


def templates(node: ast.AST) -> Iterator[str]:
    """The templates of an expression that is a text; none when it is something else."""
    parts = _parts(node)
    if parts is None:
        return
    seen: set[str] = set()
    for chosen in itertools.product(*parts):
        taken: dict[str, str] = {}
        text = "".join(one if isinstance(one, str) else _placeholder(one, taken) for one in chosen)
        if text not in seen:
            seen.add(text)
            yield text


def _parts(node: ast.AST) -> list[list[str | ast.expr]] | None:
    """The parts of a text; each with its alternatives: words, or an expression whose value is shown."""
    if isinstance(node, ast.Constant):
        return [[node.value]] if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        made: list[list[str | ast.expr]] = []
        for one in node.values:
            if isinstance(one, ast.Constant):
                made.append([str(one.value)])
            elif isinstance(one, ast.FormattedValue):
                made.append(list(_conditional(one.value)) or [one.value])
        return made
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _parts(node.left), _parts(node.right)
        if left is None and right is None:
            return None
        return [*(left or _alternatives(node.left)), *(right or _alternatives(node.right))]
    return None


def _alternatives(node: ast.expr) -> list[list[str | ast.expr]]:
    return [list(_conditional(node)) or [node]]


def _conditional(node: ast.AST) -> tuple[str, ...]:
    """The texts of `"a" if condition else "b"`; none when the expression is something else."""
    if not isinstance(node, ast.IfExp):
        return ()
    both = []
    for one in (node.body, node.orelse):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            both.append(one.value)
        elif isinstance(one, ast.IfExp) and (more := _conditional(one)):
            both.extend(more)
        else:
            return ()
    return tuple(both)


def _placeholder(node: ast.expr, taken: dict[str, str]) -> str:
    """{name}, after the last name in the expression; a second expression with this name gets a number."""
    name, source = last_name(node) or "value", ast.unparse(node)
    for number in itertools.count(1):
        numbered = name if number == 1 else f"{name}{number}"
        if taken.setdefault(numbered, source) == source:
            return f"{{{numbered}}}"
    raise AssertionError


def last_name(node: ast.AST) -> str:
    """The last name in an expression, such as `alias` in `node.alias` or in `", ".join(n.alias for n in nodes)`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call):
        inner = [last_name(one) for one in node.args]
        return next((one for one in inner if one), "") or last_name(node.func)
    if isinstance(node, ast.Subscript):
        return last_name(node.value)
    if isinstance(node, ast.GeneratorExp | ast.ListComp):
        return last_name(node.elt)
    names = [last_name(one) for one in ast.iter_child_nodes(node)]
    return next((one for one in names if one), "")


@cache
def internal() -> frozenset[str]:
    """The texts that no person reads, although they look so (internal.yaml)."""
    named = fast_yaml.read(files(__package__).joinpath("internal.yaml").read_text(encoding="utf-8"))
    return frozenset(named)
