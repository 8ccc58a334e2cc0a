import sys

# httpx imports its own command line wherever click, rich and pygments are installed, and does
# without where they are not. Nobody here calls it, and it is 2 MiB of every station.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # None: absent
