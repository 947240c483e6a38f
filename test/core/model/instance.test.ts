import assert from 'node:assert/strict';
import fc from 'fast-check';
import { toBaseUrl, toHost } from '../../../src/core/model/instance';

describe('toBaseUrl', () => {
  const cases: Readonly<Record<string, string>> = {
    'gitlab.com': 'https://gitlab.com',
    '  gitlab.com/  ': 'https://gitlab.com',
    'git.example.com:8443': 'https://git.example.com:8443',
    'https://git.example.com/': 'https://git.example.com',
    'HTTPS://Git.Example.com/GitLab/': 'https://git.example.com/GitLab',
    'http://127.0.0.1:3000/gitlab': 'http://127.0.0.1:3000/gitlab',
    'https://git.example.com:443': 'https://git.example.com',
    'http://git.example.com:80//': 'http://git.example.com',
    'http://[::1]:8080/': 'http://[::1]:8080',
    'https://dana:secret@git.example.com/': 'https://git.example.com',
    'dana:secret@git.example.com': 'https://git.example.com',
    'https://git.example.com/?private_token=secret#x': 'https://git.example.com',
    'https://git.example.com/users/sign_in/': 'https://git.example.com',
    'https://git.example.com/gitlab/-/profile/personal_access_tokens?a=b': 'https://git.example.com/gitlab',
    'https://git.example.com/gitlab/api/v4': 'https://git.example.com/gitlab',
    'https://git.example.com./': 'https://git.example.com',
    'GIT.example.com.:443/gitlab': 'https://git.example.com/gitlab',
    'git.example.com.:8443': 'https://git.example.com:8443',
    'gruppe.exämple.com': 'https://gruppe.xn--exmple-cua.com',
    'https://GRUPPE.XN--EXMPLE-CUA.com.': 'https://gruppe.xn--exmple-cua.com',
    'https://[0:0:0:0:0:0:0:1]:443': 'https://[::1]',
    'https://[2001:DB8::1]/': 'https://[2001:db8::1]',
  };
  for (const [text, url] of Object.entries(cases)) {
    it(`turns ${JSON.stringify(text)} into ${url}`, () => assert.equal(toBaseUrl(text), url));
  }

  const refused = [
    '',
    '   ',
    'ssh://git@host/x',
    'file:///etc',
    'javascript:alert(1)',
    'https://',
    'a b',
    'host:port',
    '"host"',
    'host,other',
    '(host)',
  ];
  for (const text of refused) {
    it(`rejects ${JSON.stringify(text)}`, () => assert.equal(toBaseUrl(text), undefined));
  }

  it('never throws, and returns a URL that stays the same when passed in again', () => {
    const path = fc.array(fc.constantFrom('gitlab', 'api', 'v4', '-', 'users', 'admin', '', '%2e', 'é', '@'));
    const written = fc
      .tuple(fc.constantFrom('', 'https://', 'http://'), fc.constantFrom('', 'u@', 'u:p@'), fc.domain(), path)
      .map(([scheme, user, host, segments]) => `${scheme}${user}${[host, ...segments].join('/')}`);
    fc.assert(
      fc.property(fc.oneof(written, fc.webUrl(), fc.string()), (text) => {
        const url = toBaseUrl(text);
        if (url === undefined) return;
        const { username, password, search, hash } = new URL(url);
        assert.deepEqual([username, password, search, hash, url.endsWith('/')], ['', '', '', '', false]);
        assert.equal(toBaseUrl(url), url);
      }),
    );
  });
});

describe('toHost', () => {
  const cases: Readonly<Record<string, string | undefined>> = {
    'ssh.example.com': 'ssh.example.com',
    ' SSH.Example.com ': 'ssh.example.com',
    'git@ssh.example.com': 'ssh.example.com',
    'ssh://git@ssh.example.com:2222/': 'ssh.example.com:2222',
    'https://git.example.com:8443/group': 'git.example.com:8443',
    'https://git.example.com:443': 'git.example.com',
    'http://git.example.com:80': 'git.example.com',
    'git.example.com:8443': 'git.example.com:8443',
    '[::1]:22': '[::1]:22',
    'ssh.example.com.': 'ssh.example.com',
    'ssh://git@SSH.example.com.:22/': 'ssh.example.com:22',
    'gruppe.exämple.com': 'gruppe.xn--exmple-cua.com',
    '[2001:DB8:0:0::1]': '[2001:db8::1]',
    'ssh.example.com other.example.com': undefined,
    'git@ssh.example.com:group/project.git': undefined,
    'ssh.example.com:port': undefined,
    '': undefined,
    '://': undefined,
  };
  for (const [text, host] of Object.entries(cases))
    it(`${JSON.stringify(text)} is ${host ?? 'none'}`, () => assert.equal(toHost(text), host));
});
