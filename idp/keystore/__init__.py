"""Keys in memory and what is done with them: sealing, signing, verifying, rotation.

Reads and writes the folder of root keys and nothing else; rows are loaded by storage and handed in.

    keys/root-<id>.key ──► RootKeys ──► Sealer ──opens──► rows that storage loaded
                                           │
             ┌─────────────────────────────┼──────────────────────────┐
             ▼                             ▼                          ▼
       SigningKey ──► Keyring        ServiceKeys (HMAC)         TOTP secrets, pending responses, code sets
       sign, jwks, verify            csrf, references,          (use cases open them)
                                     digests, audit key ──► one key per person

| module        | owns                                                                                    |
|---------------|-----------------------------------------------------------------------------------------|
| key_octets    | 32 octets of key material that mask themselves, and the id that they derive              |
| root_keys     | the folder: which files are taken, which stop the start, how a new key is written        |
| xaes          | XAES-256-GCM: AES-256-GCM with a nonce long enough to be drawn at random for ever        |
| envelope      | the octets of a `Sealed`: kind, key id, nonce, ciphertext; bound to its place            |
| sealing       | sealing under a root key, opening, sealing anew under the active one                     |
| compact       | the JWS Compact Serialization and the algorithms that we take, joserfc's models below    |
| signing       | making, keeping and using a private signing key                                          |
| verifying     | telling our own tokens from everything else                                              |
| client_jwt    | JWTs that clients make: read strictly, verified with a shared secret                      |
| client_keys   | the public keys of a client, and which of them signed a JWT                              |
| keyring       | all signing keys of the service at one moment; the JWKS                                  |
| rotation      | which key is made, activated, retired, forgotten, and when                               |
| service_keys  | named HMAC keys and what each of them is for                                             |
| audit_sealing | personal fields of security events, one key per person, gone with the person's salt      |

Left to others: which rows exist and the ids of their places (storage), when rotation runs (jobs), what a client's JWT
must say (oidc), where its keys are fetched from (usecases), hashing of passwords and recovery codes (authenticators).
"""
