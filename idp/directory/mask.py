"""How a name is shown before the password was right: enough to notice a slip, too little to learn an address from."""

STARS = "•••"
"""Always three, so that the length tells nothing."""


def masked(name: str) -> str:
    """`alice@example.com` becomes `a•••@e•••.com`, `alice` becomes `a•••`."""
    local, at, domain = name.rpartition("@")
    if not (local and at):
        return _masked(name)
    host, dot, top = domain.rpartition(".")
    return f"{_masked(local)}@{_masked(host)}.{top}" if host and dot else f"{_masked(local)}@{_masked(domain)}"


def _masked(part: str) -> str:
    return part[:1] + STARS
