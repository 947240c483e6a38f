import assert from 'node:assert/strict';
import type { Snapshot } from '../../../src/core/model/snapshot';
import { Clients } from '../../../src/core/gitlab/clients';
import { Repositories } from '../../../src/ui/git/repositories';
import { caveats } from '../../../src/ui/text/commitText';
import { SnapshotCache } from '../../../src/core/session/snapshotCache';
import { SshHosts } from '../../../src/core/git/sshHosts';
import { InstanceHosts } from '../../../src/core/session/instanceHosts';
import { RemoteChoices } from '../../../src/core/session/remoteChoices';
import { Session } from '../../../src/core/session/session';
import { Settings } from '../../../src/ui/session/settings';
import { Tokens } from '../../../src/core/session/tokens';
import { seedProject, type Seed } from '../../gitlab/seed';
import { startGitLab, type FakeGitLab, type FakeOptions } from '../../gitlab/server';
import { editor } from '../fake/editor';
import { FakeGit, type FakeRepository } from '../fake/git';
import { FakeMemento } from '../fake/memento';
import { FakeSecrets } from '../fake/secrets';
import { quiet, until } from '../fake/until';
import { RealRepository } from '../realRepository';

/** Git's traces of what is on the server in ways that leave no tracking ref. Each gives the folder that is open. */
const situations: Readonly<Record<string, (stage: Stage) => string>> = {
  'the branch of a merge request, fetched by its URL': ({ real }) => {
    real.git('push', '--quiet', real.server, 'HEAD:refs/merge-requests/5/head');
    real.git('checkout', '--quiet', '--detach', 'HEAD~1');
    real.git('fetch', '--quiet', real.server, 'refs/merge-requests/5/head');
    real.git('checkout', '--quiet', '-b', 'mr-5', 'FETCH_HEAD');
    real.git('config', 'branch.mr-5.remote', real.server);
    real.git('config', 'branch.mr-5.merge', 'refs/merge-requests/5/head');
    return real.root;
  },
  'the ref of a merge request, fetched into a branch': ({ real }) => {
    real.git('push', '--quiet', real.server, 'HEAD:refs/merge-requests/5/head');
    real.git('checkout', '--quiet', '--detach', 'HEAD~1');
    real.git('fetch', '--quiet', real.server, 'merge-requests/5/head:mr-5');
    real.git('checkout', '--quiet', 'mr-5');
    return real.root;
  },
  'a branch that is pushed to another remote': ({ real }) => {
    real.git('remote', 'add', 'fork', `${real.server}-fork`);
    real.git('init', '--quiet', '--bare', `${real.server}-fork`);
    real.git('config', 'branch.main.pushRemote', 'fork');
    real.git('push', '--quiet');
    return real.root;
  },
  'a branch that is pushed without an upstream': ({ real }) => {
    real.git('checkout', '--quiet', '-b', 'topic');
    real.git('push', '--quiet', 'origin', 'topic');
    return real.root;
  },
  'a branch that is pushed by URL': ({ real }) => {
    real.git('checkout', '--quiet', '-b', 'topic');
    real.git('push', '--quiet', real.server, 'topic');
    return real.root;
  },
  'a branch that was merged, deleted and pruned': ({ real }) => {
    real.git('checkout', '--quiet', '-b', 'topic');
    real.git('push', '--quiet', '--set-upstream', 'origin', 'topic');
    real.git('push', '--quiet', 'origin', '--delete', 'topic');
    return real.root;
  },
  'a worktree of a bare clone': ({ real }) => {
    const url = real.git('config', 'remote.origin.url');
    real.git('push', '--quiet', real.server, 'HEAD:main');
    const bare = real.clone('bare.git', '--bare');
    real.at(bare, 'config', 'remote.origin.url', url);
    real.at(bare, 'worktree', 'add', '--quiet', '-b', 'topic', `${bare}-topic`);
    return `${bare}-topic`;
  },
};

type Ready = Extract<Snapshot, { kind: 'ready' }>;
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A real repository with three commits, the first two pushed; what is pushed, a fake GitLab has too. */
class Stage {
  readonly commits: string[] = [];
  repository!: FakeRepository;
  session!: Session;
  /** Of the requests, those that were looked at. */
  seen = 0;
  /** What waits for its time, which passes only where a test lets it. */
  private readonly timers = new Map<NodeJS.Timeout, () => void>();
  private readonly disposables: { dispose(): void }[] = [];

  private constructor(
    readonly real: RealRepository,
    readonly gitlab: FakeGitLab,
    readonly seed: Seed,
  ) {}

  static async set(profile: NonNullable<FakeOptions['profile']>): Promise<Stage> {
    const gitlab = await startGitLab({ profile });
    const stage = new Stage(new RealRepository(), gitlab, seedProject(gitlab.world, { ref: 'main' }));
    const { real } = stage;
    stage.commits.push(real.commit('one'), real.commit('two'));
    real.git('config', 'remote.origin.pushurl', real.server);
    real.git('remote', 'set-url', 'origin', `${gitlab.url}/${stage.seed.project.path}.git`);
    stage.push();
    stage.commits.push(real.commit('three'));
    return stage;
  }

  /** What is on HEAD's branch goes to the server. */
  push(): void {
    const { world } = this.gitlab;
    this.real.git('push', '--quiet', '--set-upstream', 'origin', 'main');
    for (const sha of this.commits)
      if (world.commit(this.seed.project.id, sha) === undefined)
        world.addCommit(this.seed.project, { sha, title: 'A commit', createdAt: new Date(world.now()).toISOString() });
  }

  build(commit: number, status: string, name = 'rspec') {
    const { ref, project } = this.seed;
    return this.gitlab.world.addBuild(project, { sha: this.commits[commit] ?? '', ref, stage: 'test', name, status });
  }

  async start(root?: string): Promise<void> {
    const secrets = new FakeSecrets();
    const tokens = new Tokens(secrets, {});
    await tokens.store(this.gitlab.url, this.seed.token);
    editor().configuration.global['gitlabBuilds.refresh.activeSeconds'] = 2;
    const api = new FakeGit();
    this.repository = this.real.fake(root);
    api.open(this.repository);
    editor().extensions.set('vscode.git', api);
    const [git, settings] = [new Repositories(), new Settings()];
    const clients = new Clients({ log, userAgent: 'test', tokenOf: (url) => tokens.get(url), ownAgent: () => false });
    const clock = { now: Date.now, setTimeout: this.arm, clearTimeout: this.disarm };
    const remembered = new SnapshotCache(new FakeMemento(), clock);
    const attention = () => ({ visible: true, focused: true });
    this.session = new Session({
      ...{ git, settings, tokens, clients, snapshotCache: remembered, attention, log, clock },
      remoteChoices: new RemoteChoices(new FakeMemento()),
      instanceHosts: new InstanceHosts(new FakeMemento()),
      sshHosts: new SshHosts(),
    });
    this.disposables.push(this.session, git, settings, tokens, clients, remembered);
    await git.start();
  }

  private readonly arm = (action: () => void): NodeJS.Timeout => {
    const timer = setTimeout(() => undefined);
    this.timers.set(timer, action);
    return timer;
  };

  private readonly disarm = (timer: NodeJS.Timeout): void => void this.timers.delete(timer);

  /** Lets every timer end that is armed, such as that of the next look. */
  letTimePass(): void {
    const due = [...this.timers.values()];
    this.timers.clear();
    for (const action of due) action();
  }

  /** Resolves when no further request follows from what was begun. */
  async settled(): Promise<void> {
    for (let before = -1; before !== this.gitlab.requests.length;) {
      before = this.gitlab.requests.length;
      await quiet();
    }
  }

  async end(): Promise<void> {
    for (const one of this.disposables) one.dispose();
    await this.gitlab.close();
    await this.real.remove();
  }

  get root(): string {
    return this.repository.rootUri.toString();
  }

  async shows(what: string, isIt: (snapshot: Ready) => boolean): Promise<Ready> {
    return until(what, () => {
      const snapshot = this.session.snapshotOf(this.root);
      if (snapshot?.kind === 'ready' && isIt(snapshot)) return snapshot;
      this.letTimePass();
      return undefined;
    });
  }

  /** Paths of the requests since the last call. */
  asked(): readonly string[] {
    const news = this.gitlab.requests.slice(this.seen);
    this.seen += news.length;
    return news.map(({ path }) => path);
  }
}

for (const profile of ['8.5', '18.9'] as const)
  describe(`HEAD on its way to GitLab ${profile}`, () => {
    let stage: Stage;
    beforeEach(async () => (stage = await Stage.set(profile)));
    afterEach(() => stage.end());

    it('has the builds of the nearest pushed commit until it is pushed, and its own as soon as there are any', async () => {
      stage.build(0, 'success');
      await stage.start();
      const before = await stage.shows('the ancestor', ({ ancestor }) => ancestor !== undefined);
      assert.deepEqual(before.ancestor, { sha: stage.commits[0], back: 2 });
      assert.deepEqual([before.builds.length, before.unpushed], [1, true]);
      // The nearest commit that is pushed may still get builds.
      assert.equal(typeof before.watchingSince, 'number');
      assert.equal(before.target.sha, stage.commits[2]);
      assert.match(caveats(before, Date.now())[0] ?? '', /^not pushed, showing .{8}, 2 commits back$/);

      stage.push();
      await stage.repository.status();
      const watched = await stage.shows('the watch', ({ watchingSince }) => watchingSince !== undefined);
      assert.deepEqual([watched.ancestor, watched.builds.length], [before.ancestor, 1]);

      const own = stage.build(2, 'running', 'own');
      const after = await stage.shows('the own build', ({ ancestor }) => ancestor === undefined);
      assert.deepEqual(
        after.builds.map(({ id }) => id),
        [own.id],
      );
      assert.equal(after.watchingSince, undefined);
    });

    it('that GitLab lacks is requested once, and again by Refresh', async () => {
      const lookedFor = () => stage.asked().filter((path) => path.endsWith(`/commits/${stage.commits[2]}`)).length;
      stage.build(1, 'running');
      await stage.start();
      await stage.shows('the ancestor', ({ ancestor, unpushed }) => ancestor?.back === 1 && unpushed === true);
      await stage.settled();
      assert.equal(lookedFor(), 1);
      stage.letTimePass();
      await until('the next look', () => stage.gitlab.requests.length > stage.seen);
      await stage.settled();
      assert.equal(lookedFor(), 0);
      await stage.session.refresh();
      assert.equal(lookedFor(), 1);
    });

    it('is shown without builds if no commit before it has any', async () => {
      await stage.start();
      const { builds, ancestor, unpushed } = await stage.shows('nothing', () => true);
      assert.deepEqual([builds, ancestor, unpushed], [[], undefined, true]);
    });

    it('gets the builds of the newly pushed commit as soon as there are any', async () => {
      stage.build(0, 'success');
      await stage.start();
      await stage.shows('the one before', ({ ancestor }) => ancestor?.back === 2);
      const late = stage.build(1, 'pending', 'late');
      const { builds, unpushed } = await stage.shows('the nearest', ({ ancestor }) => ancestor?.back === 1);
      assert.deepEqual([builds.map(({ id }) => id), unpushed], [[late.id], true]);
    });

    it('is watched once it is pushed, with one request each time', async () => {
      stage.build(0, 'success');
      stage.push();
      await stage.start();
      await stage.shows('the ancestor', ({ ancestor }) => ancestor?.back === 2);
      await stage.settled();
      stage.asked();
      stage.letTimePass();
      await until('the next look', () => stage.gitlab.requests.length > stage.seen);
      await stage.settled();
      // For a commit without CI, GitLab 8.5 refuses external statuses with 404, which is not remembered.
      assert.equal(stage.asked().length, profile === '8.5' ? 2 : 1);
    });

    it('is not requested in vain if the project shows no CI/CD, and its builds appear once it does', async () => {
      stage.build(0, 'success');
      const answer = {
        status: 403,
        headers: { 'Content-Type': 'application/json' },
        body: '{"message":"403 Forbidden"}',
      };
      stage.gitlab.faults = [{ when: ({ path }) => /\/(builds|jobs|pipelines)\b/.test(path), answer }];
      editor().configuration.global['gitlabBuilds.refresh.idleSeconds'] = 15;
      await stage.start();
      await stage.shows('that it is hidden', ({ ciHidden }) => ciHidden === true);
      await stage.session.follow(stage.root, { sha: stage.commits[0] ?? '' });
      if (profile === '8.5')
        await stage.shows('the same of a pin', (one) => one.ciHidden === true && one.target.pinned);
      stage.gitlab.faults = [];
      await stage.session.follow(stage.root, undefined);
      const { ciHidden } = await stage.shows('builds', ({ builds }) => builds.length === 1);
      assert.equal(ciHidden, undefined);
    });

    it('is refused, not hidden, if GitLab refuses the project, too', async () => {
      const answer = {
        status: 403,
        headers: { 'Content-Type': 'application/json' },
        body: '{"message":"403 Forbidden"}',
      };
      stage.build(0, 'success');
      await stage.start();
      await stage.shows('builds', ({ builds }) => builds.length === 1);
      stage.gitlab.faults = [{ answer }];
      await stage.session.refresh();
      const { stale, ciHidden } = await stage.shows('the failure', (one) => one.stale !== undefined);
      assert.deepEqual([stale?.failure?.kind, ciHidden], ['forbidden', undefined]);
    });

    it('is replaced by a pinned commit, which shows only its own builds', async () => {
      stage.build(0, 'success');
      await stage.start();
      await stage.shows('the ancestor', ({ ancestor }) => ancestor !== undefined);
      await stage.session.follow(stage.root, { sha: stage.commits[1] ?? '' });
      const { target, ancestor, builds, watchingSince } = await stage.shows('the pin', (one) => one.target.pinned);
      assert.deepEqual([target.head, ancestor, builds, watchingSince], [undefined, undefined, [], undefined]);
    });

    it('shows how long running builds usually take', async () => {
      const startedAtMs = stage.gitlab.world.now() - 600_000;
      stage.gitlab.world.update(stage.build(0, 'success'), { startedAtMs, finishedAtMs: startedAtMs + 90_000 });
      stage.push();
      stage.build(2, 'running');
      await stage.start();
      const { expected } = await stage.shows('the expectation', (one) => one.expected !== undefined);
      assert.equal(Math.round(expected?.['rspec'] ?? 0), 90);
    });
  });

describe('HEAD that moves to a branch of another remote,', () => {
  let stage: Stage;
  beforeEach(async () => (stage = await Stage.set('18.9')));
  afterEach(() => stage.end());

  it("is requested in that remote's project only, before vscode.git knows about it", async () => {
    const { real, gitlab, seed } = stage;
    const fork = seedProject(gitlab.world, { ref: 'side', path: 'fork/project' });
    real.git('remote', 'add', 'fork', `${gitlab.url}/${fork.project.path}.git`);
    real.git('update-ref', 'refs/remotes/fork/side', 'HEAD');
    real.git('branch', '--quiet', '--track', 'side', 'fork/side');
    stage.push();
    stage.build(2, 'success');
    await stage.start();
    await stage.shows('the first project', ({ builds }) => builds.length === 1);
    await until('the watchers', () => editor().fileWatchers.size === 2);
    stage.repository.onStatus = undefined;
    await stage.settled();
    const before = gitlab.requests.length;
    real.git('checkout', '--quiet', 'side');
    [...editor().fileWatchers][0]?.change();
    const { target } = await stage.shows('the branch', (one) => one.target.ref === 'side');
    assert.deepEqual([target.project, target.sha], [fork.project.path, stage.commits[2]]);
    const ofSide = gitlab.requests.slice(before).filter(({ path, body }) => `${path} ${body}`.includes('side'));
    assert.deepEqual(
      ofSide.filter(({ path, body }) => `${path} ${body}`.includes(seed.project.path)),
      [],
    );
  });
});

describe('HEAD without a tracking ref in git, but with builds in GitLab,', () => {
  let stage: Stage;
  beforeEach(async () => (stage = await Stage.set('18.9')));
  afterEach(() => stage.end());

  for (const [what, prepare] of Object.entries(situations))
    it(`such as ${what}, is shown with them`, async () => {
      stage.build(0, 'success');
      const root = prepare(stage);
      stage.gitlab.world.addCommit(stage.seed.project, { sha: stage.commits[2] ?? '', title: 'A commit' });
      const own = stage.build(2, 'failed');
      await stage.start(root);
      const { builds, ancestor, unpushed } = await stage.shows('builds', (one) => one.builds.length > 0);
      assert.deepEqual([builds.map(({ id }) => id), ancestor, unpushed], [[own.id], undefined, undefined]);
    });

  for (const [what, prepare] of Object.entries(situations))
    it(`or without builds, such as ${what}, is not said to be unpushed`, async () => {
      const root = prepare(stage);
      stage.gitlab.world.addCommit(stage.seed.project, { sha: stage.commits[2] ?? '', title: 'A commit' });
      await stage.start(root);
      const snapshot = await stage.shows('no builds', () => true);
      assert.equal(snapshot.unpushed, undefined);
      assert.match(caveats(snapshot, Date.now())[0] ?? '', /^waiting for builds since /);
    });
});
