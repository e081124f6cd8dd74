"""Parts of statements about second factors of both kinds: apps and keys are two tables and one list to their person.

Whoever uses a name here has locked the person first and found the version that was decided on, so that what these parts
see of the person's factors is all there is.
"""

FACTORS = """(
    SELECT 'app' AS kind, id, user_id, name, state, confirmed_at, suspended_at,
        to_timestamp(nullif(last_step, 0) * period) AS used_at, false AS verifies
    FROM totp_authenticators
    UNION ALL
    SELECT 'key', id, user_id, name, state, confirmed_at, suspended_at, used_at, verifies FROM webauthn_credentials
)"""
"""When an app was used is known to its time step."""

# A name that was free when it was asked for may be taken by now: then a number tells the two apart.
FREE_NAME = f"""(
    SELECT c.name FROM (
        SELECT {{name}}::text AS name, 1 AS n UNION ALL
        SELECT rtrim(left({{name}}::text, 37)) || ' ' || n, n FROM generate_series(2, 12) AS n
    ) c
    WHERE NOT EXISTS (
        SELECT FROM {FACTORS} f WHERE f.user_id = {{user}} AND lower(f.name) = lower(c.name) AND NOT {{gone}}
    )
    ORDER BY c.n LIMIT 1
)"""
"""`FREE_NAME.format(name="$1", user="$2", gone="false")`; `gone` says of `f` whether it goes in the same statement."""

PASS_SPENT = """
spent AS (
    DELETE FROM enrolment_passes WHERE user_id = {user} AND {when}
), let_in AS (
    UPDATE users SET enrolment_pass_demanded = false WHERE id = {user} AND enrolment_pass_demanded AND {when}
)
"""
"""With the first factor: `PASS_SPENT.format(user="$2", when="EXISTS (SELECT FROM moved)")`."""
