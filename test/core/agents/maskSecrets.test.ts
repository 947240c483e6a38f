import assert from 'node:assert/strict';
import { maskSecrets } from '../../../src/core/agents/maskSecrets';
import { secretPrefixes } from '../../../src/core/model/token';

describe('Text for an agent', () => {
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
    ['a bearer token', 'Authorization: Bearer abcd1234efgh', 'Authorization: Bearer [masked]'],
    [
      'a password in an address',
      'clone https://ci:s3cr3t@git.example.com/x',
      'clone https://ci:[masked]@git.example.com/x',
    ],
    [
      'a password with special characters',
      'https://ci:p@ss:w@git.example.com/x',
      'https://ci:[masked]@git.example.com/x',
    ],
    ['a token as user name', 'https://oauth2:glpat-abcdefgh1234@x.test', 'https://oauth2:[masked]@x.test'],
    ['a token with the prefix of an instance', 'acme-glpat-abcdefgh1234', 'acme-[masked]'],
    ['a session', 'Cookie: a=b; _gitlab_session=0123456789abcdef; c=d', 'Cookie: a=b; _gitlab_session=[masked]; c=d'],
    ['a web token', 'CI_JOB_JWT=eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl', 'CI_JOB_JWT=[masked]'],
    ['a web token in JSON', '{"id_token":"eyJhbGciOi.eyJzdWIiOi.c2ln"}', '{"id_token":"[masked]"}'],
    ['a web token that is cut', 'x eyJhbGciOi.eyJzdWIi', 'x [masked]'],
    ['a header in JSON', '{\\"Private-Token\\":\\"abcd1234\\"}', '{\\"Private-Token\\":\\"[masked]\\"}'],
    ['a header in Python', "{'JOB-TOKEN': 'abcd1234'}", "{'JOB-TOKEN': '[masked]'}"],
    ['a header in Ruby', '"PRIVATE-TOKEN"=>"abcd1234", "b"=>1', '"PRIVATE-TOKEN"=>"[masked]", "b"=>1'],
    ['a header without spaces', "curl -H 'deploy-token:abcd1234' x", "curl -H 'deploy-token:[masked]' x"],
    ['basic credentials', '> authorization:  Basic dXNlcjpwYXNz', '> authorization:  Basic [masked]'],
    ['a variable', 'export GITLAB_TOKEN=abcd1234 && make', 'export GITLAB_TOKEN=[masked] && make'],
    [
      'nothing that only looks like a secret',
      'glow-up and glpat and http://host:80/a@b',
      'glow-up and glpat and http://host:80/a@b',
    ],
  ];

  for (const [what, text, expected] of cases)
    it(`masks ${what}`, () => assert.equal(maskSecrets(text, ['', own]), expected));

  for (const prefix of secretPrefixes)
    it(`masks what starts with ${prefix}`, () => {
      const answer = maskSecrets(`a ${prefix}abcdEFGH12345678 b`, []);
      assert.ok(answer.includes('[masked]') && !answer.includes('EFGH'), answer);
    });
});
