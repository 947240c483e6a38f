import assert from 'node:assert/strict';
import { GitLabClient } from '../../../src/core/gitlab/client';
import type { FactsKeeper, InstanceFacts } from '../../../src/core/gitlab/instanceFacts';
import type { ProfileName } from '../../gitlab/profiles/profile';
import { profileNames } from '../../gitlab/profiles/profiles';
import { smallProject, type SmallProject } from '../../gitlab/scenarios';
import { strangerToken } from '../../gitlab/seed';
import { startGitLab, type FakeGitLab } from '../../gitlab/server';
import { failureOf, httpWith, Journal, unhurried } from '../support';
import { Rounds } from './rounds';

/** At most so many round trips one after another, of a commit with one pipeline. */
interface Most {
  /** Nothing is known of the GitLab. */
  readonly cold: number;
  /** A further refresh. */
  readonly warm: number;
  /** Another window has found out what the GitLab is and where the project is. */
  readonly remembered: number;
}

const v3: Most = { cold: 3, warm: 1, remembered: 1 };
const byPipelines: Most = { cold: 3, warm: 1, remembered: 2 };
const table: Readonly<Record<ProfileName, Most>> = {
  '8.4': v3,
  '8.5': v3,
  '8.9': v3,
  '8.10': v3,
  '8.13': v3,
  '8.17': v3,
  '9.0': byPipelines,
  '10.8': byPipelines,
  '11.0': byPipelines,
  '13.4': byPipelines,
  '13.9': byPipelines,
  '15.9': { cold: 2, warm: 1, remembered: 1 },
  '18.9': { cold: 2, warm: 1, remembered: 1 },
  '18.10': { cold: 2, warm: 1, remembered: 1 },
};

/** What windows remember, as JSON, one after another. */
class Facts implements FactsKeeper {
  text: string | undefined;
  get = (): InstanceFacts | undefined =>
    this.text === undefined ? undefined : (JSON.parse(this.text) as InstanceFacts);
  keep = (facts: InstanceFacts | undefined): void => void (this.text = JSON.stringify(facts));
}

const now = Date.UTC(2026, 0, 1);

class Windows {
  readonly facts = new Facts();
  time = now;

  constructor(
    readonly fake: FakeGitLab,
    readonly small: SmallProject,
  ) {}

  open(token = this.small.token) {
    const rounds = new Rounds(httpWith());
    const instance = { url: this.fake.url, hosts: [], apiVersion: 'auto' } as const;
    const clock = { now: () => this.time, setTimeout, clearTimeout };
    const client = new GitLabClient(instance, rounds, async () => token, new Journal(), clock, this.facts);
    const { project, sha, ref } = this.small;
    const list = () => client.listing(project.path, { sha, ref }, unhurried());
    return { client, rounds, list, count: () => rounds.during(list) };
  }
}

async function withWindows(profile: ProfileName, test: (windows: Windows) => Promise<void>): Promise<void> {
  const fake = await startGitLab({ profile });
  try {
    await test(new Windows(fake, smallProject(fake.world)));
  } finally {
    await fake.close();
  }
}

describe('Sequential round trips', () => {
  for (const profile of profileNames)
    it(`are as few as possible on ${profile}`, () =>
      withWindows(profile, async (windows) => {
        const most = table[profile];
        const first = windows.open();
        const [cold, warm] = [await first.count(), await first.count()];
        const remembered = await windows.open().count();
        const counts = { cold, warm, remembered };
        const tooMany = Object.entries(counts).filter(([name, count]) => count > most[name as keyof Most]);
        assert.deepEqual(tooMany, [], JSON.stringify(first.rounds.asked));
      }));

  for (const profile of ['9.0', '10.8', '13.4', '13.9'] as const) {
    it(`send at most one request per pipeline and one more on ${profile}, once everything is known`, () =>
      withWindows(profile, async (windows) => {
        const { world } = windows.fake;
        const { project, sha } = windows.small;
        const tag = world.addPipeline(project, { sha, ref: 'v2.0', tag: true });
        world.addBuild(project, { sha, pipeline: tag, name: 'tagged' });
        const { rounds, count } = windows.open();
        assert.ok((await count()) <= 4);
        assert.equal(await count(), 1);
        assert.ok((rounds.asked.at(-1)?.length ?? 0) <= 3, JSON.stringify(rounds.asked.at(-1)));
      }));

    it(`show a new pipeline next to the known ones on ${profile}`, () =>
      withWindows(profile, async (windows) => {
        const { rounds, count, list } = windows.open();
        await count();
        const { world } = windows.fake;
        const { project, sha, ref } = windows.small;
        const later = world.addPipeline(project, { sha, ref });
        const { id } = world.addBuild(project, { sha, pipeline: later, name: 'later' });
        await rounds.during(async () => assert.ok((await list()).builds.some((build) => build.id === id)));
      }));
  }

  it('start with the project and the version in parallel', () =>
    withWindows('18.9', async (windows) => {
      const { rounds, count } = windows.open();
      await count();
      const version = 'GET /api/v4/version';
      assert.deepEqual(rounds.asked[0]?.sort(), ['GET /api/v4/projects/group%2Fsub.project', version]);
    }));

  it('are shared by the repositories of one instance: the instance and each project are requested once', () =>
    withWindows('8.5', async (windows) => {
      const { client, rounds, list } = windows.open();
      const { project, sha, ref } = windows.small;
      const other = windows.fake.world.addProject({ path: 'group/other', members: { dana: 'developer' } });
      const another = () => client.listing(other.path, { sha, ref }, unhurried());
      await rounds.during(() => Promise.all([list(), list(), list(), another(), another()]));
      const asked = rounds.asked.flat();
      const once = [...new Set(asked)].filter((each) => /version|projects\/[^/]+$/.test(each));
      assert.deepEqual(
        asked.filter((each) => /version|projects\/[^/]+$/.test(each)).sort(),
        once.sort(),
        JSON.stringify(rounds.asked),
      );
      assert.ok(once.includes(`GET /api/v3/projects/${encodeURIComponent(project.path)}`));
    }));

  it('continue for the others if the one that asked first is canceled', () =>
    withWindows('18.9', async (windows) => {
      const { client, rounds, list } = windows.open();
      const { project, sha, ref } = windows.small;
      const leaving = new AbortController();
      await rounds.during(async () => {
        const first = client.listing(project.path, { sha, ref }, leaving.signal);
        const refused = assert.rejects(first, { name: 'AbortError' });
        const second = list();
        leaving.abort();
        await refused;
        assert.equal((await second).builds.length, 7);
      });
    }));
});

describe('The facts that another window has collected', () => {
  it('contain no secret', () =>
    withWindows('18.9', async (windows) => {
      await windows.open().count();
      const { id } = windows.small.project;
      assert.deepEqual(JSON.parse(windows.facts.text ?? ''), {
        server: { api: 'v4', version: '18.9.0-ee' },
        at: now,
        projects: { 'group/sub.project': { id, path: 'group/sub.project', at: now } },
      });
    }));

  it('are collected anew after a day', () =>
    withWindows('18.9', async (windows) => {
      await windows.open().count();
      windows.time += 24 * 3600_000 - 1;
      assert.equal(await windows.open().count(), 1);
      windows.time += 1;
      assert.equal(await windows.open().count(), 2);
    }));

  it('are collected anew if the clock was set back since', () =>
    withWindows('18.9', async (windows) => {
      await windows.open().count();
      windows.time -= 1;
      assert.equal(await windows.open().count(), 2);
    }));

  const wrong: readonly (readonly [ProfileName, InstanceFacts['server']])[] = [
    ['8.5', { api: 'v4', version: '18.9.0' }],
    ['8.17', { api: 'v4', version: '18.9.0' }],
    ['13.9', { api: 'v4', version: '18.9.0' }],
    ['18.9', { api: 'v3', version: undefined }],
    ['18.9', { api: 'v3', version: '8.17.0' }],
  ];
  for (const [profile, server] of wrong)
    it(`are corrected if they say ${server.api} ${server.version ?? ''} of a ${profile}`, () =>
      withWindows(profile, async (windows) => {
        const { project } = windows.small;
        const projects = { [project.path]: { id: project.id, path: project.path, at: now } };
        windows.facts.keep({ server, at: now, projects });
        const { client, rounds, list } = windows.open();
        await rounds.during(async () => assert.equal((await list()).builds.length, 7));
        const api = Number(profile.split('.')[0]) < 9 ? 'v3' : 'v4';
        assert.equal(client.server?.api, api);
        assert.deepEqual(windows.facts.get()?.server, JSON.parse(JSON.stringify(client.server)));
        assert.equal(client.server.version?.startsWith(profile) ?? profile === '8.5', true);
      }));

  for (const profile of ['8.5', '13.9', '18.9'] as const) {
    it(`are corrected if they have another ID for the project on ${profile}`, () =>
      withWindows(profile, async (windows) => {
        const other = windows.fake.world.addProject({ path: 'group/other', members: { dana: 'developer' } });
        await windows.open().count();
        for (const id of [other.id, 4711]) {
          const facts = windows.facts.get();
          assert.ok(facts !== undefined);
          windows.facts.keep({
            ...facts,
            projects: { 'group/sub.project': { id, path: 'group/sub.project', at: now } },
          });
          const { rounds, list } = windows.open();
          await rounds.during(async () => assert.equal((await list()).builds.length, 7));
          const found = windows.facts.get()?.projects['group/sub.project']?.id;
          // GraphQL asks by the path, so nothing contradicts the number there.
          if (profile !== '18.9') assert.equal(found, windows.small.project.id);
        }
      }));

    it(`show nothing on ${profile} that the token can't see`, () =>
      withWindows(profile, async (windows) => {
        await windows.open().count();
        const { rounds, list } = windows.open(strangerToken);
        await rounds.during(async () => assert.equal((await failureOf(list())).kind, 'notFound'));
        assert.deepEqual(windows.facts.get()?.projects, {});
      }));
  }

  const json = { 'Content-Type': 'application/json' };

  it('include what GraphQL refused although the version should support it, and leave that out immediately', async () => {
    const fake = await startGitLab({ profile: '17.2' });
    try {
      const version = { status: 200, headers: json, body: '{"version":"18.9.0-ee","revision":"4e963fe"}' };
      fake.faults = [{ when: ({ path }) => path.endsWith('/version'), answer: version }];
      const windows = new Windows(fake, smallProject(fake.world));
      const [cold, remembered] = [await windows.open().count(), await windows.open().count()];
      assert.ok(cold > 2);
      assert.equal(remembered, 1);
      assert.ok(windows.facts.get()?.lacks?.includes('CiJob.exitCode'));
    } finally {
      await fake.close();
    }
  });

  it('never leave out a field that decides which builds there are, whatever was stored', () =>
    withWindows('18.9', async (windows) => {
      await windows.open().count();
      const facts = windows.facts.get();
      assert.ok(facts);
      windows.facts.keep({ ...facts, lacks: ['Pipeline.jobs', 'CiJob.status', 'CiJob.id', 'CiJob.coverage'] });
      const { rounds, list } = windows.open();
      await rounds.during(async () => assert.equal((await list()).builds.length, 7));
    }));

  it('include that GraphQL is refused, so that REST lists immediately', () =>
    withWindows('18.9', async (windows) => {
      const answer = { status: 403, headers: json, body: '{"message":"403 Forbidden"}' };
      windows.fake.faults = [{ when: ({ path }) => path.endsWith('/graphql'), answer }];
      await windows.open().count();
      assert.equal(windows.facts.get()?.noGraphql, true);
      const { rounds, list, client } = windows.open();
      const counts = await rounds.during(async () => assert.equal((await list()).builds.length, 7));
      assert.deepEqual([counts, client.usesGraphql], [2, false]);
      // It is tried again once the version is asked for again.
      windows.fake.faults = [];
      windows.time += 24 * 3600_000;
      const later = windows.open();
      await later.count();
      assert.deepEqual([later.client.usesGraphql, windows.facts.get()?.noGraphql], [true, undefined]);
    }));

  it("include the kinds of pipelines that the project's commits have, until they no longer have them", () =>
    withWindows('18.9', async (windows) => {
      const { project, sha, ref } = windows.small;
      const { world } = windows.fake;
      const [branch, child] = [
        world.addPipeline(project, { sha, ref }),
        world.addPipeline(project, { sha, ref, source: 'parent_pipeline' }),
      ];
      world.addBuild(project, { sha, pipeline: branch, kind: 'bridge', name: 'more', downstream: child });
      const kept = () => windows.facts.get()?.projects[project.path]?.hasChildren;
      const { client, rounds, count } = windows.open();
      await count();
      assert.equal(kept(), true);
      const older = () => client.listing(project.path, { sha: windows.small.olderSha, ref }, unhurried());
      assert.equal(await rounds.during(older), 1);
      assert.equal(kept(), undefined);
    }));

  it("are not the source of the project's default branch", () =>
    withWindows('18.9', async (windows) => {
      await windows.open().count();
      const { client, rounds } = windows.open();
      const found = (): Promise<unknown> => client.project(windows.small.project.path, unhurried());
      await rounds.during(async () =>
        assert.equal(((await found()) as { defaultBranch?: string }).defaultBranch, 'master'),
      );
    }));
});
