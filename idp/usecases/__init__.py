"""What an actor does: plain async functions that load, let a pure room decide, store, and return a value.

The only callers of storage, keystore and outbound; they know neither HTTP nor the command line.
"""
