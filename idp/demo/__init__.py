"""The demo: its set-up, and a relying app that knows the provider only by its issuer."""
