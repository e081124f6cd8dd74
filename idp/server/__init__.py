"""Processes: the embedded PostgreSQL (found, initialised, started, stopped) and the supervisor of `idp serve`.

Owns child processes, their privileges, their sockets and who may stop them. Leaves SQL and connections to `storage`,
and what a worker does to `app`. Everything here is synchronous, because a child must be spawned from the main thread
before any event loop or thread exists.
"""
