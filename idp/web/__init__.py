"""What every HTTP edge shares: views and their templates, responses and headers, cookies, forms, CSRF, edge kinds.

Owns how a thing is shown and sent; decides nothing about sign-ins. `views` is the contract with the pages: a page fills
in a typed view, `responses.page` turns it into HTML. Routes stand with the pages and endpoints, sentences in `words`.
"""
