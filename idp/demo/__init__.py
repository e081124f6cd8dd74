"""The demo: its set-up, and a relying app that knows the provider only by its issuer.

    set-up        cast (who and what there is) ─► setup (through the use cases) ─► kept (demo.json)
    relying app   party (the process) ─► relying_party (routes) ─► visits ─► visitors, sign_in (OIDC), pages

`registration` is what both know of clients and people; `claims_explained` and `errors_explained` are words.
"""
