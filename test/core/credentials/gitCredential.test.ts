import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { env } from 'node:process';
import { gitCredential, readGitCredential } from '../../../src/core/credentials/gitCredential';
import { Scripts } from './scripts';

const url = 'https://git.example.com:8443/gitlab';
const oauth = '0123456789abcdef'.repeat(4);

describe("The credential from git's credential helpers", () => {
  let scripts: Scripts;
  beforeEach(() => (scripts = new Scripts()));
  afterEach(() => scripts.remove());

  /** A real git, with a credential helper in the user's configuration. */
  const asked = (...lines: readonly string[]) => {
    const helper = scripts.add('helper', ...lines);
    const configuration = scripts.file('gitconfig', `[credential]\n\thelper = ${helper}\n`);
    const environment = { ...env, GIT_CONFIG_GLOBAL: configuration, GIT_CONFIG_NOSYSTEM: '1', GIT_DIR: scripts.folder };
    return (timeoutMs = 5000) => gitCredential(url, { program: 'git', environment, timeoutMs });
  };
  const says = (username: string, password: string) => [
    'echo "$1" >>"$journal"; cat >>"$journal"',
    `echo username=${username}; echo password=${password}`,
  ];

  for (const [what, username, password, credential] of [
    ['an access token', 'dana', 'glpat-secret', { kind: 'token', token: 'glpat-secret' }],
    ['an OAuth token, by its user', 'oauth2', 'secret', { kind: 'token', token: 'Bearer secret' }],
    ['an OAuth token, by its format', 'dana', oauth, { kind: 'token', token: `Bearer ${oauth}` }],
    ["an access token with OAuth's user", 'oauth2', 'glpat-secret', { kind: 'token', token: 'glpat-secret' }],
    ['a deploy token', 'gitlab+deploy-token-1', 'gldt-secret', { kind: 'unusable', token: 'deploy' }],
    ['a password', 'dana', 'correct-horse', { kind: 'password' }],
  ] as const)
    it(`may be ${what}`, async () => {
      const ask = asked(...says(username, password));
      assert.deepEqual(await ask(), credential);
      const [action, ...question] = scripts.written.trim().split('\n');
      assert.equal(action, 'get');
      assert.deepEqual(
        question.filter((line) => /^(protocol|host|path|username)=/.test(line)),
        ['protocol=https', 'host=git.example.com:8443'],
      );
    });

  it('is undefined if no helper responds, and nobody is prompted', async () => {
    const askPass = scripts.add('askpass', 'echo asked >>"$journal"; echo secret');
    const configuration = scripts.file('gitconfig', `[core]\n\taskPass = ${askPass}\n`);
    const environment = {
      ...env,
      GIT_CONFIG_GLOBAL: configuration,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_ASKPASS: askPass,
      SSH_ASKPASS: askPass,
    };
    assert.deepEqual(await gitCredential(url, { program: 'git', environment }), { kind: 'none' });
    assert.equal(scripts.written, '');
  });

  it("is requested so that a credential manager doesn't prompt either", async () => {
    const ask = asked('echo "$GCM_INTERACTIVE $GIT_TERMINAL_PROMPT" >>"$journal"');
    assert.deepEqual(await ask(), { kind: 'none' });
    assert.equal(scripts.written, 'never 0\n');
  });

  it("is not requested from a repository's helper, not even from one around the temporary folder", async () => {
    const evil = scripts.add('evil', 'echo evil >>"$journal"; echo username=oauth2; echo password=secret');
    execFileSync('git', ['init', '-q', scripts.folder]);
    execFileSync('git', ['-C', scripts.folder, 'config', 'credential.helper', evil]);
    const before = env['TMPDIR'];
    env['TMPDIR'] = scripts.folder;
    try {
      const environment = {
        ...env,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_DIR: `${scripts.folder}/.git`,
      };
      assert.deepEqual(await gitCredential(url, { program: 'git', environment }), { kind: 'none' });
    } finally {
      if (before === undefined) Reflect.deleteProperty(env, 'TMPDIR');
      else env['TMPDIR'] = before;
    }
    assert.equal(scripts.written, '');
  });

  it('is undefined if a helper hangs, fails or prints endlessly, or if there is no git', async () => {
    assert.deepEqual(await asked('exec sleep 60')(50), { kind: 'none' });
    assert.deepEqual(await asked('exit 1')(), { kind: 'none' });
    assert.deepEqual(await asked('echo username=oauth2', 'yes password=secret')(), { kind: 'none' });
    const nowhere = { program: '/no/such/git', environment: env };
    assert.deepEqual(await gitCredential(url, nowhere), { kind: 'none' });
  });

  for (const [what, output] of [
    ['host', 'protocol=https\nhost=evil.example.com\nusername=oauth2\npassword=secret\n'],
    ['port', 'protocol=https\nhost=git.example.com\nusername=oauth2\npassword=secret\n'],
    ['scheme', 'protocol=http\nhost=git.example.com:8443\nusername=oauth2\npassword=secret\n'],
  ] as const)
    it(`is not used for another ${what}`, () =>
      assert.deepEqual(readGitCredential(output, url), { kind: 'elsewhere' }));

  it("is a password if it can't be sent in a header", () => {
    const output = 'protocol=https\nhost=git.example.com:8443\nusername=oauth2\npassword=se cret\n';
    assert.deepEqual(readGitCredential(output, url), { kind: 'password' });
  });
});
