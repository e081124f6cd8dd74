"""What a request costs: CPU of server and database per operation, measured on the real server over HTTP.

Nothing here is a test, and no test asserts a time. `docs/performance.md` keeps the figures, with machine and date.
"""
