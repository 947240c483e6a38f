import assert from 'node:assert/strict';
import { bearer, isAccessToken, looksLikeToken, tokenHeaders, unusableKind } from '../../../src/core/model/token';

const secret = 'aB3-dE6_hI9kLmN0pQrS';

describe('The kind of a token, judged by its format', () => {
  for (const [token, kind] of [
    [`gldt-${secret}`, 'deploy'],
    [`acme-gldt-${secret}`, 'deploy'],
    [`glrt-${secret}`, 'runner'],
    [`glrt-t1_${secret}`, 'runner'],
    [`glrtr-${secret}`, 'runner'],
    [`GR1348941${secret}`, 'runner'],
    [`glptt-${secret}`, 'trigger'],
    [`glcbt-64_${secret}`, 'job'],
    [`glft-${secret}`, 'feed'],
    [`glimt-${secret}`, 'incomingMail'],
    [`gloas-${secret}`, 'applicationSecret'],
    [`glagent-${secret}`, 'agent'],
    [`glsoat-${secret}`, 'scim'],
    [`glffct-${secret}`, 'featureFlags'],
    [`glwt-${secret}`, 'workspace'],
    ['_gitlab_session=0123456789abcdef', 'session'],
    ['eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl', 'webToken'],
    ['ghp_0123456789abcdefABCDEF0123456789abcd', 'gitHub'],
    ['gho_0123456789abcdefABCDEF0123456789abcd', 'gitHub'],
    ['ghs_0123456789abcdefABCDEF0123456789abcd', 'gitHub'],
    ['github_pat_11ABCDEFG0abcdefghijkl_0123456789', 'gitHub'],
    [`glpat-${secret}`, undefined],
    [`acme-glpat-${secret}`, undefined],
    [`glpat-${secret}-gldt-x`, undefined],
    [secret, undefined],
    ['0123456789abcdef'.repeat(4), undefined],
    [`xgldt-${secret}`, undefined],
  ] as const)
    it(`of ${token} is ${kind ?? 'one that the API may take'}`, () => assert.equal(unusableKind(token), kind));

  it("is an access token if it has the instance's prefix", () => {
    assert.deepEqual([isAccessToken(`glpat-${secret}`), isAccessToken(secret)], [true, false]);
  });
});

describe('The header of a token', () => {
  it("is GitLab's own", () => assert.deepEqual(tokenHeaders(secret), { 'PRIVATE-TOKEN': secret }));
  it('is the OAuth header for an OAuth token', () =>
    assert.deepEqual(tokenHeaders(bearer(secret)), { authorization: `Bearer ${secret}` }));
});

describe('A text entered instead of an address', () => {
  for (const text of [
    `glpat-${secret}`,
    ` glpat-${secret}\n`,
    'glpat-aB3dE6hI9kLmN0pQrStUvWxYz012345.01.0w1abcdef',
    `acme-glpat-${secret}`,
    `gldt-${secret}`,
    `glcbt-64_${secret}`,
    secret,
    'abcdefghijklmno_qrst',
    'ABCDEFGHIJKLMNOPQRST',
    '0123456789abcdef'.repeat(4),
    `https://${secret}`,
    `https://git.example.com/${secret}`,
    `https://git.example.com/glpat-${secret}`,
    `https://oauth2:glpat-${secret}@git.example.com`,
    `https://oauth2:${secret}@git.example.com`,
    `https://git.example.com/?private_token=${secret}`,
    'eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl',
    'aB3dE6hI9kLmN0pQrStUvWxYz012345.01.0w1abcdef',
    'x'.repeat(64),
    'ghp_0123456789abcdefABCDEF0123456789abcd',
    'https://ghp_0123456789abcdefABCDEF0123456789abcd@git.example.com',
    `PRIVATE-TOKEN: ${secret}`,
    `Authorization: Bearer ${secret}`,
    `"${secret}"`,
    `<${secret}>`,
    `(${secret})`,
    `${secret};`,
    `https://git.example.com/ ${secret}`,
    `https://git.example.com/%20${secret}`,
    `https://git.example.com/glpat%2D${secret}`,
    `https://git.example.com/api/v4/user?private_token=${secret}&per_page=1`,
    // Characters that the URL parser drops or takes for others.
    `\u200b${secret}`,
    `gl\u00adpat-${secret}`,
    `aB3-dE6_hI\u20609kLmN0pQrS`,
    `aB3-dE6_hI\n9kLmN0pQrS`,
    `aB3-dE6_hI\ufe0f9kLmN0pQrS`,
    'ａB3-dE6_hI9kLmN0pQrS',
    'glpat\u2013aB3dE6hI9kLmN0pQrStU',
  ])
    it(`is a token: ${text.trim()}`, () => assert.equal(looksLikeToken(text), true));

  for (const text of [
    '',
    'gitlab',
    'git.example.com',
    'https://git.example.com/gitlab',
    'https://git.example.com/group/a-project-with-a-long-name-2024',
    'https://git.example.com/Group/MyVeryLongProjectNameWithCapitals',
    'gitlab-server-of-production',
    'gitlab-server-of-production-01',
    'https://GitLab-Server-Of-Production.example.com',
    'http://127.0.0.1:8080',
    'http://[2001:db8:85a3:8d3:1319:8a2e:370:7348]:3000',
    'https://glpathways.example.com',
    'https://gruppe.exämple.com/gitlab',
    'https://例え.テスト/gitlab',
    'https://git.example.com/gho_tools',
  ])
    it(`is not a token: ${text}`, () => assert.equal(looksLikeToken(text), false));
});
