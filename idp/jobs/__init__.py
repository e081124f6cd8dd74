"""Scheduled work. Owns what is done when, and that a failure is logged and tried again. What is done are use cases.

Any number of nodes may run it: each run is claimed by one conditional UPDATE.
"""
