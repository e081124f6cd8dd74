"""The command line: one Typer module per noun. Parses, calls one use case as the owner, prints.

| module      | owns                                                                       |
|-------------|----------------------------------------------------------------------------|
| tree        | which commands there are; imports only the one that is called              |
| call        | settings, database and services around one use case; refusals become one line |
| output      | tables and facts for people, one JSON document for machines                |
| complaint   | the one line of whatever cannot do its work                                |
| typed       | what stands between the command line and a value: dates, pairs, passwords   |
| spread      | options that belong together, as one parameter                             |
| serving     | the plan that serve and demo hand to the supervisor                        |
| processes   | what the supervisor's children run                                         |
| provider    | the application of a worker, around services opened in its event loop      |
| patience    | services for processes that outlive an absence of the database             |

Everything else is a noun or a verb of the command line, under its own name.
"""
