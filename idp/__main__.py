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
    elif any(map(_is_no_text, arguments)):
        sys.exit("idp: an argument is not UTF-8")
    else:
        import_module("idp.commands.tree").command_line(arguments)(arguments, prog_name="idp")


def _is_no_text(argument: str) -> bool:
    """Whether it came in other octets than UTF-8, for which Python puts characters that nothing of ours can store."""
    return any("\ud800" <= character <= "\udfff" for character in argument)


if __name__ == "__main__":
    main()
