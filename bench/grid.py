"""What a terminal shows after the output of a Textual application: characters and backgrounds."""

import codecs
import re

_TOKEN = re.compile(r"\x1b\[([0-9;?<>=]*)[ $]?([@-~])|\x1b[^\[]|([^\x1b]+)")
_BACKGROUND = re.compile(r"48;2;\d+;\d+;\d+|48;5;\d+")


class Grid:
    """Follows cursor addresses, colours and text; the rest of a terminal is not needed here."""

    def __init__(self, columns: int, rows: int) -> None:
        self._columns = columns
        self.characters = [[" "] * columns for _row in range(rows)]
        self.backgrounds = [[""] * columns for _row in range(rows)]
        self._row = self._column = 0
        self._background = ""
        self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, output: bytes) -> None:
        """Take in some output; a sequence cut at its end waits for the next call."""
        text = self._rest + self._decoder.decode(output)
        cut = text.rfind("\x1b")
        whole = cut < 0 or _TOKEN.match(text, cut) is not None
        self._rest = "" if whole else text[cut:]
        for token in _TOKEN.finditer(text if whole else text[:cut]):
            parameters, final, written = token.groups()
            if written is not None:
                self._write(written)
            elif final == "H":
                row, _separator, column = parameters.partition(";")
                self._row, self._column = int(row or 1) - 1, int(column or 1) - 1
            elif final == "m":
                self._colour(parameters)

    def _colour(self, parameters: str) -> None:
        found = _BACKGROUND.search(parameters)
        if found:
            self._background = found[0]
        elif parameters in {"", "0"}:
            self._background = ""

    def _write(self, text: str) -> None:
        for character in text:
            if character == "\r":
                self._column = 0
            elif character == "\n":
                self._row += 1
            elif self._row < len(self.characters) and self._column < self._columns:
                self.characters[self._row][self._column] = character
                self.backgrounds[self._row][self._column] = self._background
                self._column += 1

    @property
    def lines(self) -> list[str]:
        """The text of each row."""
        return ["".join(row) for row in self.characters]

    def column_of_backgrounds(self, column: int) -> tuple[str, ...]:
        """The background of each row there: it tells where a list's cursor is."""
        return tuple(row[column] for row in self.backgrounds)
