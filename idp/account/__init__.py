"""HTTP of the account portal: a module per page, each named like its template; `routes` names them all.

A page is shown to whoever `web.portal` lets in; it calls one use case and renders. No page knows its neighbours.
"""
