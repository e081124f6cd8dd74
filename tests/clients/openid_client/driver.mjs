// The npm package openid-client as a relying party of the tests. One JSON command a line on stdin, one JSON answer
// a line on stdout: {"do": NAME, ...} gets {"ok": true, ...} or {"ok": false, "error", "description", "status"}.
// It owns what a relying party remembers between two requests (state, nonce, verifier); it opens no page.
import { createInterface } from 'node:readline'
import { stdin, stdout } from 'node:process'
import * as oidc from 'openid-client'

const RS256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
const signer = async (key) => ({ key: await crypto.subtle.importKey('jwk', key, RS256, false, ['sign']), kid: key.kid })
const AUTH = {
  client_secret_basic: ({ client_secret }) => oidc.ClientSecretBasic(client_secret),
  client_secret_post: ({ client_secret }) => oidc.ClientSecretPost(client_secret),
  client_secret_jwt: ({ client_secret }) => oidc.ClientSecretJwt(client_secret),
  private_key_jwt: async ({ key }) => oidc.PrivateKeyJwt(await signer(key)),
  none: () => oidc.None(),
}
const execute = (issuer) => [
  oidc.enableNonRepudiationChecks, // the ID token's signature is checked against the JWKS
  ...(new URL(issuer).protocol === 'http:' ? [oidc.allowInsecureRequests] : []), // loopback only
]
const memory = { config: undefined, redirectUri: '', checks: {} }

const commands = {
  async discover({ issuer, ...registration }) {
    const { client_id, client_secret, auth_method, redirect_uri, id_token_alg, userinfo_alg } = registration
    const how = await AUTH[auth_method ?? (client_secret ? 'client_secret_basic' : 'none')](registration)
    const metadata = { id_token_signed_response_alg: id_token_alg }
    if (userinfo_alg) metadata.userinfo_signed_response_alg = userinfo_alg
    memory.config = await oidc.discovery(new URL(issuer), client_id, metadata, how, { execute: execute(issuer) })
    memory.redirectUri = redirect_uri
    memory.signer = registration.key && (await signer(registration.key))
    return { metadata: memory.config.serverMetadata() }
  },

  async register({ issuer, metadata, initial_access_token }) {
    const options = { execute: execute(issuer), initialAccessToken: initial_access_token }
    memory.config = await oidc.dynamicClientRegistration(new URL(issuer), metadata, undefined, options)
    memory.redirectUri = metadata.redirect_uris[0]
    return { metadata: memory.config.serverMetadata(), registered: memory.config.clientMetadata() }
  },

  async authorize({ parameters = {}, signed = false }) {
    const verifier = oidc.randomPKCECodeVerifier()
    memory.checks = {
      pkceCodeVerifier: verifier,
      expectedState: oidc.randomState(),
      expectedNonce: oidc.randomNonce(),
      idTokenExpected: true,
    }
    if (parameters.max_age !== undefined) memory.checks.maxAge = Number(parameters.max_age)
    const request = {
      redirect_uri: memory.redirectUri,
      scope: 'openid',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: memory.checks.expectedState,
      nonce: memory.checks.expectedNonce,
      ...parameters,
    }
    const url = signed
      ? await oidc.buildAuthorizationUrlWithJAR(memory.config, request, memory.signer)
      : oidc.buildAuthorizationUrl(memory.config, request)
    return { url: url.href }
  },

  async callback({ url }) {
    const tokens = await oidc.authorizationCodeGrant(memory.config, new URL(url), memory.checks)
    return { tokens, claims: tokens.claims() }
  },

  async userinfo({ token, subject }) {
    return { userinfo: await oidc.fetchUserInfo(memory.config, token, subject) }
  },

  async refresh({ token, parameters = {} }) {
    const tokens = await oidc.refreshTokenGrant(memory.config, token, parameters)
    return { tokens: { refresh_token: token, ...tokens }, claims: tokens.claims() ?? null }
  },

  async introspect({ token, parameters = {} }) {
    return { introspection: await oidc.tokenIntrospection(memory.config, token, parameters) }
  },

  async revoke({ token, parameters = {} }) {
    await oidc.tokenRevocation(memory.config, token, parameters)
    return {}
  },

  async client_credentials({ parameters = {} }) {
    return { tokens: await oidc.clientCredentialsGrant(memory.config, parameters) }
  },

  async logout({ id_token, post_logout_redirect_uri, state }) {
    const parameters = { id_token_hint: id_token, post_logout_redirect_uri, state }
    return { url: oidc.buildEndSessionUrl(memory.config, parameters).href }
  },
}

function refusal(error) {
  return {
    ok: false,
    error: error.error ?? error.code ?? error.name,
    description: error.error_description ?? error.message,
    status: error.status ?? null,
    cause: error.cause instanceof Error ? error.cause.message : null,
  }
}

async function answer(line) {
  try {
    const command = JSON.parse(line)
    const run = Object.hasOwn(commands, command.do) ? commands[command.do] : undefined
    if (run === undefined) throw new TypeError(`no such command: ${command.do}`)
    return { ok: true, ...(await run(command)) }
  } catch (error) {
    return refusal(error)
  }
}

for await (const line of createInterface({ input: stdin })) {
  stdout.write(`${JSON.stringify(await answer(line))}\n`)
}
