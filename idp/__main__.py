"""The command `idp`, also as `python -m idp`."""

import sys
from importlib import import_module

CHILDREN = frozenset({"worker", "jobs", "relying-party"})
"""What the supervisor starts: no commands for people, and too many milliseconds of command line are saved."""


def main() -> None:
    """Run the command that the arguments name."""
    arguments = sys.argv[1:]
    if arguments and arguments[0] in CHILDREN:
        import_module("idp.commands.processes").run(arguments)
    else:
        import_module("idp.commands.tree").command_line(arguments)(arguments, prog_name="idp")


if __name__ == "__main__":
    main()
