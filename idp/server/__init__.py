"""Processes: the embedded PostgreSQL (found, initialised, started, stopped) and the supervisor of `idp serve`.

Owns child processes, their privileges, their sockets and who may stop them. Leaves SQL and connections to `storage`,
and what a worker answers to `app`. Whatever spawns is synchronous, because a child must be spawned from the main thread
before any event loop or thread exists; only `schema` runs between, and `worker` and `http` inside a child.
"""
