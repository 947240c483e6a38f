import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FailureKind } from '../../../../src/core/model/errors';
import { failureOfAnswer, failureOfConnection, reasonIn, retryAt } from '../../../../src/core/gitlab/http/httpFailures';

const now = Date.UTC(2016, 1, 22);

function failure(status: number, body = '', headers: Readonly<Record<string, string>> = {}) {
  const given = new Headers({ 'content-type': 'application/json', ...headers });
  return failureOfAnswer({ status, headers: given, host: 'gitlab.com', body, now });
}

describe('A response with an error status', () => {
  const kinds: Readonly<Record<number, FailureKind>> = {
    302: 'notGitLab',
    304: 'notGitLab',
    400: 'refused',
    401: 'unauthorized',
    403: 'forbidden',
    404: 'notFound',
    405: 'refused',
    407: 'proxyAuth',
    409: 'refused',
    410: 'refused',
    422: 'refused',
    429: 'rateLimited',
    500: 'server',
    502: 'server',
    503: 'server',
    504: 'server',
    520: 'server',
  };
  for (const [status, kind] of Object.entries(kinds)) {
    it(`with ${status} is ${kind}`, () => assert.equal(failure(Number(status)).kind, kind));
  }

  it("that is an HTML page doesn't come from GitLab, unless it is a proxy's error", () => {
    const page = (status: number) => failure(status, '<html>', { 'content-type': 'text/html; charset=utf-8' }).kind;
    assert.deepEqual([401, 403, 404, 410].map(page), ['notGitLab', 'notGitLab', 'notGitLab', 'notGitLab']);
    assert.deepEqual([429, 502].map(page), ['rateLimited', 'server']);
  });

  it('names host, status and reason', () => {
    assert.deepEqual(failure(403, '{"message":"403 Forbidden - Build is not erasable!"}'), {
      kind: 'forbidden',
      host: 'gitlab.com',
      status: 403,
      reason: '403 Forbidden - Build is not erasable!',
      retryAt: undefined,
    });
  });

  it('that is an HTML page has no reason', () => {
    assert.equal(failure(502, '<html>nginx</html>', { 'content-type': 'text/html' }).reason, undefined);
  });

  const said = (status: number, body: object) => {
    const { kind, reason } = failure(status, JSON.stringify(body));
    return [kind, reason];
  };

  it("to a token that was once valid is distinguished by GitLab's message", () => {
    const invalid = (description: string) => said(401, { error: 'invalid_token', error_description: description });
    const expired = 'Token is expired. You can either do re-authorization or token refresh.';
    const revoked = 'Token was revoked. You have to re-authorize from the user.';
    assert.deepEqual(invalid(expired), ['expired', expired]);
    assert.deepEqual(invalid(revoked), ['revoked', revoked]);
    assert.deepEqual(invalid('Impersonation is disabled.'), ['unauthorized', 'Impersonation is disabled.']);
    assert.deepEqual(said(401, { message: '401 Unauthorized' }), ['unauthorized', '401 Unauthorized']);
  });

  it('is about the token only if it is a 401 or a 403 from the API', () => {
    const body = { error: 'invalid_token', error_description: 'Token is expired.' };
    assert.equal(said(403, body)[0], 'forbidden');
    assert.equal(said(400, body)[0], 'refused');
    const page = failure(401, JSON.stringify(body), { 'content-type': 'text/html' });
    assert.deepEqual([page.kind, page.reason], ['notGitLab', undefined]);
  });

  it('to a token without the scope names the scopes that would suffice', () => {
    const description = 'The request requires higher privileges than provided by the access token.';
    const body = { error: 'insufficient_scope', error_description: description };
    assert.deepEqual(said(403, { ...body, scope: 'api read_api' }), ['insufficientScope', 'api read_api']);
    assert.deepEqual(said(403, body), ['insufficientScope', description]);
    // 8.15 to 10.1
    assert.deepEqual(said(401, { message: '401 Unauthorized' }), ['unauthorized', '401 Unauthorized']);
  });

  it('to a fine-grained token says what it lacks', () => {
    const description = 'Access denied: your token lacks the permission [read_job].';
    assert.deepEqual(said(403, { error: 'insufficient_granular_scope', error_description: description }), [
      'insufficientScope',
      description,
    ]);
  });

  it('from GraphQL may be about the token, too', () => {
    assert.deepEqual(said(401, { errors: [{ message: 'Invalid token' }] }), ['unauthorized', 'Invalid token']);
  });

  it('says when to come back only if there is a rate limit', () => {
    assert.equal(failure(503, '', { 'retry-after': '7' }).retryAt, undefined);
    assert.equal(failure(429, '', { 'retry-after': '7' }).retryAt, now + 7000);
  });
});

describe('reasonIn', () => {
  const reasons: Readonly<Record<string, string | undefined>> = {
    '{"message":"404 Project Not Found"}': '404 Project Not Found',
    '{"message":{"error":"Requested too many times."}}': 'Requested too many times.',
    '{"message":{"name":["is too short","is odd"],"path":["is taken"]}}': 'is too short. is odd. is taken',
    '{"error":"build_id is invalid"}': 'build_id is invalid',
    '{"error":"invalid_token","error_description":"Token is expired."}': 'Token is expired.',
    '{"message":"401 Unauthorized","error":"x"}': '401 Unauthorized. x',
    'Retry later\n': 'Retry later',
    '{"errors":[{"message":"Invalid token"},{"message":"no"},"x",null,{}]}': 'Invalid token. no',
    '{"errors":{"message":"x"}}': undefined,
    '': undefined,
    '{}': undefined,
    '[]': undefined,
    null: undefined,
    '"text"': undefined,
    '{"message":null}': undefined,
    '{"message":42}': undefined,
    '{"message":"a\\nb\\u0000c\\u001b[31m"}': 'a b c [31m',
  };
  for (const [body, reason] of Object.entries(reasons)) {
    it(`reads ${JSON.stringify(reason)} in ${JSON.stringify(body)}`, () => assert.equal(reasonIn(body), reason));
  }

  it('returns one line of at most 300 characters for any input', () => {
    const said = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 500 }),
      fc.json(),
      fc.jsonValue().map((message) => JSON.stringify({ message, error: message })),
    );
    fc.assert(
      fc.property(said, (body) => {
        const reason = reasonIn(body);
        assert.ok(reason === undefined || (reason.length > 0 && reason.length <= 300));
        assert.doesNotMatch(reason ?? '', /\p{Cc}/u);
      }),
    );
  });
});

describe('retryAt', () => {
  const at = (headers: Readonly<Record<string, string>>) => retryAt(new Headers(headers), now);

  it('reads seconds', () => assert.equal(at({ 'retry-after': '90' }), now + 90_000));

  it('reads a date', () => {
    assert.equal(at({ 'retry-after': 'Mon, 22 Feb 2016 00:02:00 GMT' }), now + 120_000);
  });

  it('reads the time that Rack::Attack names', () => {
    assert.equal(at({ 'ratelimit-reset': String(now / 1000 + 30) }), now + 30_000);
  });

  it('prefers Retry-After', () => {
    assert.equal(at({ 'retry-after': '5', 'ratelimit-reset': String(now / 1000 + 30) }), now + 5000);
  });

  const day = 24 * 60 * 60_000;
  const lies: readonly (readonly [Readonly<Record<string, string>>, number])[] = [
    [{ 'retry-after': '9'.repeat(400) }, now + day],
    [{ 'retry-after': 'Sat, 13 Sep 275760 00:00:00 GMT' }, now + day],
    [{ 'ratelimit-reset': '1e308' }, now + day],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, now],
    ...['1e308', 'Infinity', '9'.repeat(400)].map(
      (age) =>
        [
          { 'retry-after': new Date(now + 9000).toUTCString(), date: new Date(now).toUTCString(), age },
          now + 9000,
        ] as const,
    ),
  ];
  for (const [headers, expected] of lies)
    it(`is neither in the past nor more than a day ahead: ${JSON.stringify(headers).slice(0, 60)}`, () =>
      assert.equal(at(headers), expected));

  it('is in a minute if there is no value, or none that makes sense', () => {
    assert.equal(at({}), now + 60_000);
    assert.equal(at({ 'retry-after': 'soon', 'ratelimit-reset': 'later' }), now + 60_000);
    assert.equal(at({ 'ratelimit-reset': '' }), now + 60_000);
  });
});

describe('A broken connection', () => {
  const kind = (code?: unknown) => failureOfConnection(Object.assign(new Error('no'), { code }), 'gitlab.com').kind;

  it('is offline, a certificate, the clock or another server, depending on its code', () => {
    const codes = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNRESET', 'EHOSTUNREACH', undefined, 42];
    assert.deepEqual(
      codes.map(kind),
      codes.map(() => 'offline'),
    );
    const certificates = [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'CERT_HAS_EXPIRED',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'EPROTO',
    ];
    assert.deepEqual(
      certificates.map(kind),
      certificates.map(() => 'tls'),
    );
    for (const code of ['CERT_NOT_YET_VALID', 'HOSTNAME_MISMATCH', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'])
      assert.equal(kind(code), 'tls');
    assert.equal(kind('ETIMEDOUT'), 'timeout');
    assert.equal(kind('HPE_INVALID_CONSTANT'), 'notGitLab');
  });

  it('is reported separately if the server requires a client certificate', () => {
    const text = 'write EPROTO 1:error:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required';
    const { reason } = failureOfConnection(Object.assign(new Error(text), { code: 'EPROTO' }), 'gitlab.com');
    assert.equal(reason, 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED');
  });

  it('is classified only by its code', () => {
    const error = Object.assign(new Error('to https://storage/x?Signature=secret'), { code: 'ECONNREFUSED' });
    assert.deepEqual(failureOfConnection(error, 'storage'), {
      kind: 'offline',
      host: 'storage',
      reason: 'ECONNREFUSED',
    });
    assert.deepEqual(failureOfConnection('secret', 'storage'), { kind: 'offline', host: 'storage', reason: undefined });
  });
});
