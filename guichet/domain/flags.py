"""What a préfecture may switch on or off for one site alone, by name."""

from collections.abc import Mapping
from typing import Final

FLAGS: Final[dict[str, bool]] = {
    "cooldown": True,
}
"""Whether each holds at a site that has said nothing of it.

`cooldown`: a seat given up is open to others only after a while (guichet.domain.cooldown).
"""


def holding(said: Mapping[str, bool]) -> dict[str, bool]:
    """Every flag as it holds at a site that has `said` this; what is no longer a flag is left out.

    A flag of a newer guichet may stand in the database of an older one.
    """
    return {name: said.get(name, usual) for name, usual in FLAGS.items()}
