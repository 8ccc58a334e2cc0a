"""Textual's style sheets, read once per process instead of once per application.

Textual keeps what it has read of a sheet for one application; a test makes a new one, and reading
the sheets of some sixty widgets again took more than most tests.
"""

from collections import defaultdict
from typing import Any

from textual.cache import LRUCache
from textual.css.stylesheet import Stylesheet

_READ: defaultdict[frozenset[tuple[str, str]], Any] = defaultdict(dict)
"""What has been read, by the theme's variables, then by all else that Textual keeps it by."""


def remember() -> None:
    """From now on every application of this process shares what has been read of the sheets."""
    made, themed = Stylesheet.__init__, Stylesheet.set_variables

    def make(self: Stylesheet, *, variables: dict[str, str] | None = None) -> None:
        made(self, variables=variables)
        self._parse_cache = _READ[frozenset(self._variables.items())]

    def set_variables(self: Stylesheet, variables: dict[str, str]) -> None:
        self._parse_cache = LRUCache(1)  # for Textual empties the one it has
        themed(self, variables)
        self._parse_cache = _READ[frozenset(variables.items())]

    Stylesheet.__init__ = make  # type: ignore[method-assign]
    Stylesheet.set_variables = set_variables  # type: ignore[method-assign]
