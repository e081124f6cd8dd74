"""HTTP for people who sign in: a module per page, each named like its template; `routes` names them all.

A page parses, calls one use case, and renders. It knows neither its neighbours nor what comes next: `web.step_pages`
leads wherever the sign-in stands. /authorize and /logout stand here too, since people see their answers.
"""
