"""`python -m bench [NAME…]`: every measure, or those named."""

import importlib
import sys

MEASURES = (
    "help",
    "start",
    "decoding",
    "verdict",
    "wedge",
    "keys",
    "convocation",
    "first_sync",
    "month",
    "slots",
    "search",
    "camera",
    "replay",
    "estimate",
    "central",
    "drain",
    "listeners",
    "statistics",
)


def main() -> int:
    names = sys.argv[1:] or MEASURES
    unknown = set(names) - set(MEASURES)
    if unknown:
        print(f"no such measure: {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}")
        return 2
    for name in names:
        for figure in importlib.import_module(f"bench.{name}").measure():
            print(figure, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
