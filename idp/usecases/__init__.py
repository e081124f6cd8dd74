"""What an actor does: plain async functions that load, let a pure room decide, store, and return a value.

The only callers of storage, keystore and outbound; they know neither HTTP nor the command line.

| what happens        | modules                                                                                    |
|---------------------|--------------------------------------------------------------------------------------------|
| a request arrives   | authorization, request_objects                                                             |
| what comes next     | sign_in (every page begins and ends there), completion, opening, session_kept, outcome     |
| the portal          | portal (its door), kept_forms (what was typed waits there), profile, zones, addresses,     |
|                     | own_password, two_factor, own_sessions, places (where from), own_events, connected_apps,   |
|                     | activity, not_me                                                                           |
| one step each       | password, passkey (in its place), second_factor, security_key, recovery, enrolment_pass,   |
|                     | enrolment, key_enrolment, recovery_codes, new_password, consent, account_choice, grace     |
|                     | (setting up is put off), help_wanted (everything is lost)                                  |
| around a step       | visit (the browser), signed_in (its session), scene (its events), failures, form_tokens,   |
|                     | client_references, portal_client, id_token_hint, first_applied (rules that leave time),    |
|                     | key_ceremony (what a key is asked), key_try (how its answer is judged),                    |
|                     | remembered_browsers (that are spared the second factor)                                    |
| registration        | registration (by apps themselves), initial_access_tokens (who may), client_checks,         |
|                     | client_secrets, client_description (what clients and registration share)                   |
| sign-out            | sign_out, backchannel_logout (an app is told)                                              |
| for relying apps    | discovery, token (issuing, refreshing, refusing), userinfo, introspection, revocation,     |
|                     | presented_tokens, subjects, cors, client_authentication (client_assertions, client_keys,   |
|                     | client_key_cache)                                                                          |
| for admins          | users, user_profile, user_access, passes, managed_passwords, known_factor, groups,         |
|                     | clients, policy, browser_sessions, configuration, key_rotation, check; each names its      |
|                     | permission, what changes happens in a unit, and management finds what a name means         |
| by itself           | housekeeping, grace_reminders, outbox, keys, health, metrics                               |
| a way back in       | password_reset (by a mailed link), secure_account (by the link in a mail: it was not me),  |
|                     | refused_links (those that do nothing)                                                      |
| mails               | mailing; telling (what a try to tell anybody came to)                                      |
| documents of apps   | fetching (each failure an event), sector_identifier, logos                                 |
| under all           | services (what all are handed), recording (events sealed), hashing, errors                 |

`password` is the step of a sign-in, `new_password` the step that changes it; `managed_passwords` are those that
somebody else sets.
"""
