import assert from 'node:assert/strict';
import { window } from 'vscode';
import { Clients } from '../../../src/core/gitlab/clients';
import { Repositories } from '../../../src/ui/git/repositories';
import { SnapshotCache } from '../../../src/core/session/snapshotCache';
import { SshHosts } from '../../../src/core/git/sshHosts';
import { InstanceHosts } from '../../../src/core/session/instanceHosts';
import { RemoteChoices } from '../../../src/core/session/remoteChoices';
import { Session } from '../../../src/core/session/session';
import { Settings } from '../../../src/ui/session/settings';
import { Tokens } from '../../../src/core/session/tokens';
import { FakeClock } from '../../core/support';
import { smallProject } from '../../gitlab/scenarios';
import { type FakeGitLab, startGitLab } from '../../gitlab/server';
import { signIn } from '../app';
import { editor } from '../fake/editor';
import { FakeGit, FakeRepository } from '../fake/git';
import { FakeMemento } from '../fake/memento';
import { FakeSecrets } from '../fake/secrets';
import { quiet, until } from '../fake/until';
import { type Folder, makeRepositoryFolder } from '../folder';

describe('The timers of a session', () => {
  let gitlab: FakeGitLab;
  let folders: readonly Folder[];
  let repositories: readonly FakeRepository[];
  let clock: FakeClock;
  let git: FakeGit;
  let session: Session;
  let disposables: readonly { dispose(): void }[];

  beforeEach(async () => {
    gitlab = await startGitLab();
    const { project, ref, sha, token } = smallProject(gitlab.world);
    const origin = `${gitlab.url}/${project.path}.git`;
    folders = await Promise.all([1, 2].map(() => makeRepositoryFolder({ origin })));
    repositories = folders.map(({ path }) => new FakeRepository(path, { name: ref, commit: sha }));
    [clock, git] = [new FakeClock(), new FakeGit()];
    const secrets = new FakeSecrets();
    await signIn(secrets, gitlab.url, token);
    for (const one of repositories) git.open(one);
    editor().extensions.set('vscode.git', git);
    const log = window.createOutputChannel('x', { log: true });
    const [settings, tokens, source] = [new Settings(), new Tokens(secrets, {}), new Repositories()];
    const clients = new Clients({ log, userAgent: 'test', tokenOf: (url) => tokens.get(url), ownAgent: () => false });
    const remembered = new SnapshotCache(new FakeMemento(), clock);
    const attention = () => ({ visible: true, focused: true });
    session = new Session({
      ...{ git: source, settings, tokens, clients, snapshotCache: remembered, attention, log, clock },
      remoteChoices: new RemoteChoices(new FakeMemento()),
      instanceHosts: new InstanceHosts(new FakeMemento()),
      sshHosts: new SshHosts(),
    });
    disposables = [session, settings, tokens, clients, remembered, source];
    await source.start();
  });
  afterEach(async () => {
    for (const one of disposables) one.dispose();
    await gitlab.close();
    for (const folder of folders) await folder.remove();
  });

  const allReady = () =>
    until('both', () => session.state.repositories.every(({ snapshot }) => snapshot?.kind === 'ready'));
  /** Those of the monitors: what is remembered is written ten seconds after it came. */
  const waiting = (): number => clock.waits.length - 1;

  it('are limited to one for each open repository', async () => {
    await allReady();
    await until('the timers', () => waiting() === 2);
    git.close(repositories[1]!);
    assert.equal(waiting(), 1);
    git.close(repositories[0]!);
    assert.equal(waiting(), 0);
  });

  it('are gone after a repository was closed while it was loading', async () => {
    gitlab.faults = [{ stall: 'beforeHeaders' }];
    await until('a request', () => gitlab.requests.length > 0);
    for (const one of repositories) git.close(one);
    await quiet();
    assert.deepEqual(clock.waits, []);
  });

  it('are gone after its end', async () => {
    await allReady();
    for (const one of disposables) one.dispose();
    assert.deepEqual(clock.waits, []);
  });

  it('reload running builds when the time comes', async () => {
    await allReady();
    await until('the timers', () => waiting() === 2);
    const before = gitlab.requests.length;
    await clock.pass(5_500);
    await until('both again', () => gitlab.requests.length >= before + 2);
  });

  it('ask git again a second after the last refresh', async () => {
    await allReady();
    await folders[0]!.setRemotes({ origin: 'https://github.com/a/b.git' });
    await session.refresh();
    await session.refresh();
    assert.deepEqual(
      clock.waits.filter((ms) => ms === 1000),
      [1000],
    );
    assert.equal(session.state.repositories[0]?.snapshot?.kind, 'ready');
    await clock.pass(1000);
    await until('the other remote', () => session.state.repositories[0]?.snapshot?.kind === 'noProject');
  });
});
