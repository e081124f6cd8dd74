"""How anything that runs here says one line to its operator. Imports nothing, because every process has it."""

import sys


def complain(line: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"idp: {line}\n")
    sys.stderr.flush()
