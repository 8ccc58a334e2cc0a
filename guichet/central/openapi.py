"""Writes docs/openapi.json: ``python -m guichet.central.openapi``."""

import json
from pathlib import Path

import sqlalchemy

from guichet.central.app import create_app

PATH = Path("docs/openapi.json")


def document() -> str:
    """The description of central's interface, as JSON text."""
    app = create_app(sqlalchemy.create_engine("sqlite://"))
    return json.dumps(app.openapi(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    PATH.write_text(document(), encoding="utf-8")
