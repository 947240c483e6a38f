import assert from 'node:assert/strict';
import { env } from 'node:process';
import { findProgram, programsNamed } from '../../../src/core/credentials/findProgram';
import { glabCredential } from '../../../src/core/credentials/glabCredential';
import { Scripts } from './scripts';

const url = 'https://git.example.com:8443/gitlab';
const answer = (token: object, instance = url): string =>
  JSON.stringify({ type: 'success', instance_url: instance, token });

describe('The credential from glab', () => {
  let scripts: Scripts;
  beforeEach(() => (scripts = new Scripts()));
  afterEach(() => scripts.remove());

  /** A program of that name, as PATH leads to it. */
  const asked = async (lines: readonly string[], variables = {}) => {
    scripts.add('glab', ...lines);
    const environment = { ...env, PATH: `${scripts.folder}:${env['PATH'] ?? ''}`, ...variables };
    const program = await findProgram('glab', environment);
    assert.equal(program, `${scripts.folder}/glab`);
    return glabCredential(url, { program, environment, timeoutMs: 5000 });
  };
  const says = (output: string): readonly string[] => [`cat <<'END'\n${output}\nEND`];

  for (const [what, output, credential] of [
    ['an OAuth token', answer({ type: 'oauth2', token: 'secret' }), { kind: 'token', token: 'Bearer secret' }],
    ['an access token', answer({ type: 'pat', token: 'secret' }), { kind: 'token', token: 'secret' }],
    [
      'at its origin',
      answer({ type: 'pat', token: 'secret' }, 'https://git.example.com:8443'),
      { kind: 'token', token: 'secret' },
    ],
    ['a job token', answer({ type: 'job-token', token: 'secret' }), { kind: 'unusable', token: 'job' }],
    ['a future kind', answer({ type: 'passkey', token: 'secret' }), { kind: 'none' }],
    ['for another host', answer({ type: 'pat', token: 'secret' }, 'https://gitlab.com'), { kind: 'elsewhere' }],
    ['for another port', answer({ type: 'pat', token: 'secret' }, 'https://git.example.com'), { kind: 'elsewhere' }],
    ['for nobody', answer({ type: 'pat', token: 'secret' }, ''), { kind: 'elsewhere' }],
    ['an error', '{"type":"error","message":"glab is not authenticated"}', { kind: 'none' }],
    ["an older version's help text", 'Unknown command "credential-helper"', { kind: 'none' }],
    ['not an object', 'null', { kind: 'none' }],
  ] as const)
    it(`is recognized: ${what}`, async () => assert.deepEqual(await asked(says(output)), credential));

  it('is requested outside of any repository, for that host, without environment variables for others', async () => {
    const variables = {
      GITLAB_TOKEN: 'x',
      GITLAB_ACCESS_TOKEN: 'x',
      OAUTH_TOKEN: 'x',
      CI_JOB_TOKEN: 'x',
      GITLAB_HOST: 'other.example.com',
      GITLAB_URI: 'https://other.example.com',
      GL_HOST: 'other.example.com',
    };
    await asked(
      [
        'echo "$* $GITLAB_HOST $NO_PROMPT" >>"$journal"',
        'echo "$GITLAB_TOKEN$GITLAB_ACCESS_TOKEN$OAUTH_TOKEN$CI_JOB_TOKEN$GITLAB_URI$GL_HOST" >>"$journal"',
        'git rev-parse --git-dir >>"$journal" 2>/dev/null || echo outside >>"$journal"',
      ],
      variables,
    );
    assert.equal(scripts.written, 'auth credential-helper git.example.com 1\n\noutside\n');
  });

  it('is undefined if glab fails, whatever it has printed', async () => {
    assert.deepEqual(await asked([...says(answer({ type: 'pat', token: 'secret' })), 'exit 1']), { kind: 'none' });
  });
});

describe('Searching for a program', () => {
  it('finds it in a folder in the PATH, by its name, on Linux and macOS', () => {
    assert.deepEqual(programsNamed('glab', { PATH: '/usr/bin:.::bin:/opt/my tools' }, 'darwin'), [
      '/usr/bin/glab',
      '/opt/my tools/glab',
    ]);
  });

  it('finds an .exe in a folder with a drive or a share on Windows, whatever the case of PATH', () => {
    const Path = 'C:\\Windows;.;tools;\\tools;C:tools;"D:\\my tools";\\\\nas\\tools;E:/tools';
    assert.deepEqual(programsNamed('glab', { Path }, 'win32'), [
      'C:\\Windows\\glab.exe',
      'D:\\my tools\\glab.exe',
      '\\\\nas\\tools\\glab.exe',
      'E:\\tools\\glab.exe',
    ]);
  });

  it("ignores relative folders, and files that can't be executed", async () => {
    const scripts = new Scripts();
    try {
      scripts.file('glab', 'text');
      assert.equal(await findProgram('glab', { PATH: `.:${scripts.folder}:` }), undefined);
      assert.equal(await findProgram('glab', {}), undefined);
    } finally {
      scripts.remove();
    }
  });
});
