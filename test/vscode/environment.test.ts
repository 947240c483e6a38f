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

  it("passes on none of the developer's secrets, and nothing from the surrounding VS Code or hook", () => {
    const names = Object.keys(serverEnvironment(inherited)).sort();
    assert.deepEqual(names, ['EXTENSIONS_GALLERY', 'HOME', 'PATH']);
  });

  it("passes on a test's own variables", () => {
    const environment = serverEnvironment(inherited, { GITLAB_TOKEN: 'token-of-the-test', PATH: '/bin' });
    assert.equal(environment['GITLAB_TOKEN'], 'token-of-the-test');
    assert.equal(environment['PATH'], '/bin');
    assert.equal(environment['GITLAB_HOST'], undefined);
  });
});
