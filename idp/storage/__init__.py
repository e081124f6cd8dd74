"""All SQL. One module per family of tables; a statement stands whole above the function that runs it.

Owns connections, transactions, migrations, roles, the configuration cache and the mapping of rows to values. Decides
nothing: rules are pure rooms', and who may do what is the use cases'. SQL takes its instant as an argument.
"""
