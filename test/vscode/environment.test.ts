import assert from 'node:assert/strict';
import { serverEnvironment } from './environment';

describe('serverEnvironment', () => {
  const inherited = {
    PATH: '/usr/bin',
    HOME: '/home/dev',
    GITLAB_TOKEN: 'glpat-secret',
    GITLAB_HOST: 'git.example.com',
    Gitlab_Token: 'glpat-secret',
    CI_JOB_TOKEN: 'secret',
    VSCODE_IPC_HOOK_CLI: '/tmp/socket',
    ELECTRON_RUN_AS_NODE: '1',
    GIT_DIR: '/elsewhere/.git',
    NODE_OPTIONS: '--require /debugger.js',
  };

  it('passes on none of the secrets of the developer, and nothing of the VS Code or hook around us', () => {
    const names = Object.keys(serverEnvironment(inherited)).sort();
    assert.deepEqual(names, ['EXTENSIONS_GALLERY', 'HOME', 'PATH']);
  });

  it('passes on what a test gives', () => {
    const environment = serverEnvironment(inherited, { GITLAB_TOKEN: 'token-of-the-test', PATH: '/bin' });
    assert.equal(environment['GITLAB_TOKEN'], 'token-of-the-test');
    assert.equal(environment['PATH'], '/bin');
    assert.equal(environment['GITLAB_HOST'], undefined);
  });
});
