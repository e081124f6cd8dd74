"""Security events: the append-only record of what an auditor asks about. Pure.

Owns which events there are, their stable names, and which of their fields are personal. Leaves sealing and storing to
the use cases. A field is either a fact that may be read by every auditor (`details`) or personal (`personal`): names,
addresses and what people typed, which are sealed under the person's own key.

| module       | events of                                                                          |
|--------------|------------------------------------------------------------------------------------|
| event        | what every event is, and the envelope around it: when, who, from where, about whom |
| sign_in      | people: passwords, second factors, recovery codes, consent, sessions               |
| passes       | enrolment passes, and people who have lost everything                              |
| keys         | security keys and passkeys that are set up                                         |
| factors      | what people do with the second factors that they have                              |
| profile      | what people change of themselves: profile, address                                 |
| reported     | «This was not me»                                                                  |
| guards       | throttling, source limits, CSRF                                                    |
| protocol     | clients: authentication, refused requests, replays, revocation, told logouts       |
| registration | clients that register themselves, and the tokens that let them                     |
| links        | links mailed to people: asked for, refused, used                                   |
| mail         | mails to people: what became of them                                               |
| directory    | changes of users and groups by somebody else                                       |
| service      | changes of clients, policy, configuration and keys                                 |
| catalogue    | all of them, as one closed union                                                   |
"""
