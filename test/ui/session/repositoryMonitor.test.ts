import assert from 'node:assert/strict';
import type { Snapshot } from '../../../src/core/model/snapshot';
import { Clients } from '../../../src/ui/session/clients';
import { Repositories } from '../../../src/ui/git/repositories';
import { caveats } from '../../../src/ui/text/commitText';
import { SnapshotCache } from '../../../src/ui/session/snapshotCache';
import { Session } from '../../../src/ui/session/session';
import { Settings } from '../../../src/ui/session/settings';
import { Tokens } from '../../../src/ui/session/tokens';
import { seedProject, type Seed } from '../../gitlab/seed';
import { startGitLab, type FakeGitLab, type FakeOptions } from '../../gitlab/server';
import { editor } from '../fake/editor';
import { FakeGit, type FakeRepository } from '../fake/git';
import { FakeMemento } from '../fake/memento';
import { FakeSecrets } from '../fake/secrets';
import { until } from '../fake/until';
import { RealRepository } from '../realRepository';

type Ready = Extract<Snapshot, { kind: 'ready' }>;
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const clock = { now: Date.now, setTimeout, clearTimeout };

/** A real repository with three commits, the first two pushed; what is pushed, a fake GitLab has too. */
class Stage {
  readonly commits: string[] = [];
  repository!: FakeRepository;
  session!: Session;
  /** Of the requests, those that were looked at. */
  seen = 0;
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

  async start(): Promise<void> {
    const secrets = new FakeSecrets();
    const tokens = new Tokens(secrets, {});
    await tokens.store(this.gitlab.url, this.seed.token);
    editor().configuration.global['gitlabBuilds.refresh.activeSeconds'] = 2;
    const api = new FakeGit();
    this.repository = this.real.fake();
    api.open(this.repository);
    editor().extensions.set('vscode.git', api);
    const [git, settings] = [new Repositories(), new Settings()];
    const clients = new Clients({ log, userAgent: 'test', tokenOf: (url) => tokens.get(url), ownAgent: () => false });
    const remembered = new SnapshotCache(new FakeMemento(), clock);
    const attention = () => ({ visible: true, focused: true });
    this.session = new Session({ git, settings, tokens, clients, remembered, attention, log, clock });
    this.disposables.push(this.session, git, settings, tokens, clients, remembered);
    await git.start();
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
      return snapshot?.kind === 'ready' && isIt(snapshot) ? snapshot : undefined;
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

    it('has the builds of the nearest pushed commit until it is pushed, and its own as soon as there are some', async () => {
      stage.build(0, 'success');
      await stage.start();
      const before = await stage.shows('the ancestor', ({ ancestor }) => ancestor !== undefined);
      assert.deepEqual(before.ancestor, { sha: stage.commits[0], back: 2 });
      assert.deepEqual([before.builds.length, before.watchingSince], [1, undefined]);
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

    it('is not asked for while it is not pushed', async () => {
      const { gitlab, seed, commits } = stage;
      stage.build(1, 'success');
      gitlab.world.addCommit(seed.project, { sha: commits[2] ?? '', title: 'x', createdAt: '2024-01-01T00:00:00Z' });
      stage.build(2, 'failed');
      await stage.start();
      const { builds } = await stage.shows('the ancestor', ({ ancestor }) => ancestor?.back === 1);
      assert.deepEqual(
        builds.map(({ status }) => status),
        ['success'],
      );
    });

    it('is shown without builds where no commit before it has some', async () => {
      await stage.start();
      const { builds, ancestor, watchingSince } = await stage.shows('nothing', () => true);
      assert.deepEqual([builds, ancestor, watchingSince], [[], undefined, undefined]);
    });

    it('is watched once it is pushed, with one request for each look', async () => {
      stage.build(0, 'success');
      stage.push();
      await stage.start();
      await stage.shows('the ancestor', ({ ancestor }) => ancestor?.back === 2);
      stage.asked();
      await until('the next look', () => stage.gitlab.requests.length > stage.seen);
      // All that belongs to it; the next one is 2 s away.
      await new Promise((resolve) => setTimeout(resolve, 500));
      assert.equal(stage.asked().length, 1);
    });

    it('of nothing but itself shows a pinned commit', async () => {
      stage.build(0, 'success');
      await stage.start();
      await stage.shows('the ancestor', ({ ancestor }) => ancestor !== undefined);
      await stage.session.follow(stage.root, { sha: stage.commits[1] ?? '' });
      const { target, ancestor, builds, watchingSince } = await stage.shows('the pin', (one) => one.target.pinned);
      assert.deepEqual([target.head, ancestor, builds, watchingSince], [undefined, undefined, [], undefined]);
    });

    it('tells how long running builds usually take', async () => {
      const startedAtMs = stage.gitlab.world.now() - 600_000;
      stage.gitlab.world.update(stage.build(0, 'success'), { startedAtMs, finishedAtMs: startedAtMs + 90_000 });
      stage.push();
      stage.build(2, 'running');
      await stage.start();
      const { expected } = await stage.shows('the expectation', (one) => one.expected !== undefined);
      assert.equal(Math.round(expected?.['rspec'] ?? 0), 90);
    });
  });
