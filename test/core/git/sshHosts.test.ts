import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SshHosts } from '../../../src/core/git/sshHosts';
import type { Instance } from '../../../src/core/model/instance';
import { locate } from '../../../src/core/model/remotes';

const instance = (url: string, ...hosts: readonly string[]): Instance => ({ url, hosts, apiVersion: 'auto' });
const instances = [instance('https://git.example.com', 'ssh.example.com'), instance('https://gitlab.com')];
const remote = (url: string) => ({ name: 'origin', url });

/** A program that says what it was asked, and answers as `ssh -G` does. */
class FakeSsh {
  readonly folder = mkdtempSync(join(tmpdir(), 'gitlab-builds-ssh-'));
  readonly program = join(this.folder, 'ssh');
  private readonly journal = join(this.folder, 'asked');

  constructor(hostname: string) {
    const script = `#!/bin/sh\necho "$*" >>'${this.journal}'\nprintf 'user git\\nhostname ${hostname}\\nport 22\\n'\n`;
    writeFileSync(this.program, script, { mode: 0o755 });
  }

  get asked(): readonly string[] {
    return existsSync(this.journal) ? readFileSync(this.journal, 'utf8').trim().split('\n') : [];
  }
}

describe('The hosts of SSH remotes', () => {
  const made: FakeSsh[] = [];
  const sshThatSays = (hostname: string): FakeSsh => {
    const ssh = new FakeSsh(hostname);
    made.push(ssh);
    return ssh;
  };
  afterEach(() => made.splice(0).forEach(({ folder }) => rmSync(folder, { recursive: true })));

  for (const [hostname, url] of [
    ['git.example.com', 'https://git.example.com'],
    ['SSH.example.com', 'https://git.example.com'],
    ['ssh.example.com.', 'https://git.example.com'],
    ['altssh.gitlab.com.', 'https://gitlab.com'],
    ['altssh.gitlab.com', 'https://gitlab.com'],
  ] as const)
    it(`select the instance of the host that ssh connects to: ${hostname}`, async () => {
      const ssh = sshThatSays(hostname);
      const remotes = await new SshHosts(ssh.program).complete([remote('git@work:group/project.git')], instances);
      const located = locate(remotes, instances, {});
      assert.deepEqual(located.kind === 'project' ? [located.instance.url, located.project] : located, [
        url,
        'group/project',
      ]);
      assert.deepEqual(ssh.asked, ['-G -- work']);
    });

  it("don't turn the host that ssh connects to into an instance", async () => {
    const ssh = sshThatSays('elsewhere.example.com');
    const remotes = await new SshHosts(ssh.program).complete([remote('git@work:group/project.git')], instances);
    assert.deepEqual(locate(remotes, instances, {}), { kind: 'unknownHost', url: 'https://work' });
  });

  it('are resolved once, and again after a reset', async () => {
    const ssh = sshThatSays('git.example.com');
    const hosts = new SshHosts(ssh.program);
    for (let time = 0; time < 2; time += 1) await hosts.complete([remote('git@work:a/b')], instances);
    assert.equal(ssh.asked.length, 1);
    hosts.forget();
    await hosts.complete([remote('git@work:a/b')], instances);
    assert.equal(ssh.asked.length, 2);
  });

  for (const [what, url, own] of [
    ['of an instance', 'git@ssh.example.com:a/b', instances],
    ['with an http URL', 'https://work/a/b', instances],
    ['with a git URL', 'git://work/a/b', instances],
    ['known not to be GitLab', 'git@github.com:a/b', instances],
    ['while there is no instance', 'git@work:a/b', []],
    ['that would be taken for an option', 'git@-oProxyCommand=x:a/b', instances],
    ['that begins with a hyphen', 'ssh://-work/a/b', instances],
    ['with other characters', 'git@wo$(touch x)rk:a/b', instances],
    ['in brackets', 'git@[::1]:a/b', instances],
  ] as const)
    it(`are not resolved for a remote ${what}`, async () => {
      const ssh = sshThatSays('git.example.com');
      const remotes = [remote(url)];
      assert.deepEqual(await new SshHosts(ssh.program).complete(remotes, own), remotes);
      assert.deepEqual(ssh.asked, []);
    });

  it('stay as they are if there is no ssh, or if it fails', async () => {
    const remotes = [remote('git@work:a/b')];
    assert.deepEqual(await new SshHosts('/no/such/ssh').complete(remotes, instances), remotes);
    assert.deepEqual(await new SshHosts('false').complete(remotes, instances), remotes);
  });
});
