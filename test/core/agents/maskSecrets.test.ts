import assert from 'node:assert/strict';
import { maskSecrets } from '../../../src/core/agents/maskSecrets';

describe('What an agent is told', () => {
  const own = 'my-own.token/of no known kind';
  const cases: readonly (readonly [what: string, text: string, expected: string])[] = [
    ['a personal token', 'token glpat-abcDEF123456_-x.01 here', 'token [masked] here'],
    ['a new personal token with dots', 'glpat-AAAAAAAAAAAAAAAAAAAA.01.0z1abcdefg', '[masked]'],
    ['a runner token', 'glrt-t1_abcdefgh12345678', '[masked]'],
    ['an old runner token', 'GR1348941abcdefghijk', '[masked]'],
    ['a job token', 'CI_JOB_TOKEN=glcbt-64_abcdefghijk', 'CI_JOB_TOKEN=[masked]'],
    ['a deploy token', 'gldt-abcdefghijk', '[masked]'],
    ['the token in use', `curl -H x:${own}!`, 'curl -H x:[masked]!'],
    ['a signed address', 'https://s3/x?X-Amz-Signature=abc123&b=1', 'https://s3/x?X-Amz-Signature=[masked]&b=1'],
    ['a token in an address', 'https://gl/x?private_token=abcd1234', 'https://gl/x?private_token=[masked]'],
    ['a header', '> PRIVATE-TOKEN: abcd1234efgh', '> PRIVATE-TOKEN: [masked]'],
    ['a bearer', 'Authorization: Bearer abcd1234efgh', 'Authorization: Bearer [masked]'],
    [
      'a password in an address',
      'clone https://ci:s3cr3t@git.example.com/x',
      'clone https://ci:[masked]@git.example.com/x',
    ],
    [
      'nothing that only looks like it',
      'glow-up and glpat and http://host:80/a@b',
      'glow-up and glpat and http://host:80/a@b',
    ],
  ];

  for (const [what, text, expected] of cases)
    it(`masks ${what}`, () => assert.equal(maskSecrets(text, ['', own]), expected));
});
