"""A self-hosted OpenID Connect provider whose heart is the second step. This file is the map of the package.

Imports point down this list; each room's own docstring says what it owns and what it leaves to whom.

    __main__, commands    the command line, one module per noun
    demo                  a demonstration: people, clients and a relying app on another site
    server                the supervisor of embedded PostgreSQL, workers and jobs; TLS
    app, composition      the route table; the one place where parts are wired together
    endpoints, pages, account
                          HTTP for relying apps; for people who sign in; the account portal
    web, jobs             what all HTTP edges share; scheduled work
    usecases              one thing an actor does, called by every edge
    storage, outbound     all SQL; all calls to the outside
    keystore              root keys, sealing, signing
    login                 which step comes next (pure)
    policy, oidc, notices
                          what is required and why; the protocol; what mails say (pure)
    directory, authenticators, audit
                          people and groups; what proves control; security events (pure)
    words                 message ids and catalogues
    settings, resources, telemetry
                          what must be known before the database opens; files; logs and metrics
    values                ids, secret kinds, digests; imports nothing of ours

A noun keeps its name in each room. Pure rooms take instants and entropy as arguments and do no I/O.
"""
