import assert from 'node:assert/strict';
import { ask, outcome, post, type Reply, type Row, rowOf, rowsOf } from './ask';
import { withGitLab } from './each';
import type { ProfileName } from './profiles/profile';
import { profileNames, profiles } from './profiles/profiles';
import { branchMergeRequestAndChild, type BranchMergeRequestAndChild, smallProject } from './scenarios';
import { type FakeGitLab, startGitLab } from './server';

const names = (rows: readonly Row[]): readonly unknown[] => rows.map(({ name }) => name);
const ids = (rows: readonly Row[]): readonly number[] => rows.map(({ id }) => id);

describe('The pipelines of a commit on 18.9', () => {
  let fake: FakeGitLab;
  let scene: BranchMergeRequestAndChild;
  const rows = async (path: string): Promise<readonly Row[]> =>
    rowsOf(await ask(`${fake.url}/api/v4/projects/1/${path}`));

  beforeEach(async () => {
    fake = await startGitLab({ profile: '18.9' });
    scene = branchMergeRequestAndChild(fake.world);
  });
  afterEach(() => fake.close());

  it('are found by the full sha, and child pipelines only on request', async () => {
    const { sha, branch, child, merge, mergeSha } = scene;
    assert.deepEqual(ids(await rows(`pipelines?sha=${sha}`)), [branch.id]);
    assert.deepEqual(ids(await rows(`pipelines?sha=${sha}&source=parent_pipeline`)), [child.id]);
    assert.deepEqual(ids(await rows(`pipelines?sha=${mergeSha}`)), [merge.id]);
    assert.deepEqual(await rows(`pipelines?sha=${sha.slice(0, 8)}`), []);
    assert.deepEqual(ids(await rows('pipelines')), [merge.id, branch.id]);
    assert.deepEqual(ids(await rows('pipelines?ref=feature')), [branch.id]);
  });

  it('have a source, a status and a URL', async () => {
    const [pipeline] = await rows(`pipelines?sha=${scene.sha}`);
    const { source, status, web_url, iid, name } = pipeline!;
    assert.deepEqual(
      { source, status, web_url, iid, name },
      {
        ...{ source: 'push', status: 'running', iid: 1, name: 'Branch' },
        web_url: `${fake.url}/group/app/-/pipelines/${scene.branch.id}`,
      },
    );
    const detail = rowOf(await ask(`${fake.url}/api/v4/projects/1/pipelines/${scene.merge.id}`));
    assert.deepEqual(
      [detail.status, detail['ref'], detail['source']],
      ['failed', 'refs/merge-requests/1/merge', 'merge_request_event'],
    );
    assert.equal((detail['detailed_status'] as Row)['icon'], 'status_failed');
  });

  it('have jobs without bridges, external statuses and superseded attempts, newest first', async () => {
    const { rspec, firstRspec, lint, compile, staging, production } = scene.builds;
    const jobs = await rows(`pipelines/${scene.branch.id}/jobs`);
    assert.deepEqual(
      new Set(names(jobs)),
      new Set([compile, lint, rspec, staging, production].map(({ name }) => name)),
    );
    assert.deepEqual(
      ids(jobs),
      [...ids(jobs)].sort((a, b) => b - a),
    );
    const all = await rows(`pipelines/${scene.branch.id}/jobs?include_retried=true`);
    assert.ok(ids(all).includes(firstRspec.id));
    const delayed = await rows(`pipelines/${scene.branch.id}/jobs?scope[]=scheduled&scope[]=manual`);
    assert.deepEqual(names(delayed), ['production', 'staging']);
    assert.equal(
      (await ask(`${fake.url}/api/v4/projects/1/pipelines/${scene.branch.id}/jobs?scope[0]=manual`)).status,
      400,
    );
  });

  it('have bridges that name the child pipeline, whose jobs can be requested', async () => {
    const [bridge] = await rows(`pipelines/${scene.branch.id}/bridges`);
    assert.equal((bridge!['downstream_pipeline'] as Row).id, scene.child.id);
    assert.equal('runner' in bridge!, false);
    assert.deepEqual(names(await rows(`pipelines/${scene.child.id}/jobs`)), ['install', 'package']);
    assert.equal((await ask(`${fake.url}/api/v4/projects/1/jobs/${bridge!.id}`)).status, 404);
  });

  it('are also listed by the commit: external statuses with their link among the rest', async () => {
    const path = `repository/commits/${scene.sha}/statuses`;
    const statuses = await rows(`${path}?per_page=100`);
    const external = statuses.find(({ name }) => name === 'jenkins/acceptance')!;
    assert.equal(external['target_url'], 'https://jenkins.example.com/job/acceptance/7/');
    assert.equal(external['description'], 'All 12 scenarios passed');
    assert.ok(!ids(statuses).includes(scene.builds.firstRspec.id));
    assert.ok(ids(await rows(`${path}?per_page=100&all=true`)).includes(scene.builds.firstRspec.id));
    assert.deepEqual(names(await rows(`${path}?stage=external`)), ['jenkins/acceptance']);
    const job = statuses.find(({ id }) => id === scene.builds.compile.id)!;
    assert.equal(job['target_url'], `${fake.url}/group/app/-/jobs/${job.id}`);
    const unknown = await ask(`${fake.url}/api/v4/projects/1/repository/commits/${'f'.repeat(40)}/statuses`);
    assert.deepEqual(outcome(unknown), [404, { message: '404 Commit Not Found' }]);
  });

  it('are those of the merge request of a branch', async () => {
    const [mergeRequest] = await rows('merge_requests?source_branch=feature&state=opened');
    assert.equal(mergeRequest?.['sha'], scene.sha);
    const found = await rows(`merge_requests/${String(mergeRequest['iid'])}/pipelines`);
    assert.deepEqual(ids(found), [scene.merge.id, scene.branch.id]);
    assert.deepEqual(await rows('merge_requests?source_branch=other'), []);
  });

  it('are retried and canceled as a whole', async () => {
    const url = `${fake.url}/api/v4/projects/1/pipelines/${scene.merge.id}`;
    const retried = await post(`${url}/retry`);
    assert.deepEqual([retried.status, rowOf(retried).status], [201, 'running']);
    const latest = fake.world.inPipeline(scene.merge).filter(({ retried: isOld }) => !isOld);
    assert.deepEqual(latest.map(({ status }) => status).sort(), ['pending', 'success']);
    const canceled = await post(`${url}/cancel`);
    assert.deepEqual([canceled.status, rowOf(canceled).status], [200, 'canceled']);
    assert.equal((await post(`${url}/cancel`)).status, 200);
    assert.deepEqual(outcome(await ask(`${fake.url}/api/v4/projects/1/pipelines/7`)), [
      404,
      { message: '404 Not found' },
    ]);
  });

  it('provide their artifacts by file, by tree and by branch', async () => {
    const url = `${fake.url}/api/v4/projects/1/jobs`;
    const { compile } = scene.builds;
    const file = await ask(`${url}/${compile.id}/artifacts/doc/notes.txt`);
    assert.deepEqual([file.status, file.text], [200, 'Notes.\n']);
    assert.equal(file.headers['content-type'], 'text/plain; charset=utf-8');
    const missing = await ask(`${url}/${compile.id}/artifacts/doc/none.txt`);
    assert.deepEqual(outcome(missing), [404, '404 page not found\n']);
    const tree = JSON.parse((await ask(`${url}/${compile.id}/artifacts/tree`)).text) as readonly Row[];
    assert.deepEqual(
      tree.map(({ path, type }) => [path, type]),
      [
        ['bin/', 'directory'],
        ['doc/', 'directory'],
      ],
    );
    const deep = JSON.parse((await ask(`${url}/${compile.id}/artifacts/tree?path=doc`)).text) as readonly Row[];
    assert.deepEqual(deep[0], { name: 'notes.txt', path: 'doc/notes.txt', type: 'file', size: 7, mode: '100644' });
    const byRef = (): Promise<Reply> => ask(`${url}/artifacts/feature/download?job=compile`);
    assert.deepEqual(outcome(await byRef()), [404, { message: '404 Not found' }]);
    for (const build of fake.world.inPipeline(scene.branch)) fake.world.setStatus(build, 'success');
    const whole = await byRef();
    assert.equal(
      whole.headers['content-disposition'],
      `attachment; filename="artifacts.zip"; filename*=UTF-8''artifacts.zip`,
    );
    assert.equal((await ask(`${url}/artifacts/feature/raw/doc/notes.txt?job=compile`)).text, 'Notes.\n');
  });
});

describe('The pipelines of each version', () => {
  const withV4 = profileNames.filter((name) => profiles[name].v4 !== 'absent' && name !== '8.17');

  it('list the jobs in their own order, with or without superseded attempts', async () => {
    const orders: Partial<Record<ProfileName, readonly [sorted: string, retried: boolean]>> = {
      '9.0': ['as written', true],
      '10.8': ['ascending', true],
      '11.0': ['ascending', true],
      '13.4': ['ascending', true],
      '13.9': ['descending', false],
      '15.9': ['descending', false],
      '18.9': ['descending', false],
      '18.10': ['descending', false],
    };
    for (const name of withV4) {
      await withGitLab({ profile: name }, async (fake) => {
        const { project, builds, sha } = smallProject(fake.world);
        const pipeline = fake.world.pipelines(project).findLast((each) => each.sha === sha)!;
        const found = ids(rowsOf(await ask(`${fake.url}/api/v4/projects/1/pipelines/${pipeline.id}/jobs`)));
        const ascending = [...found].sort((a, b) => a - b);
        const isAscending = String(found) === String(ascending);
        const isDescending = String(found) === String(ascending.reverse());
        const order = isAscending ? 'ascending' : isDescending ? 'descending' : 'as written';
        assert.deepEqual([name, order, found.includes(builds.firstRspec.id)], [name, ...orders[name]!]);
      });
    }
  });

  it('filter by sha from 10.8 on, and before that show all', async () => {
    for (const name of withV4) {
      await withGitLab({ profile: name }, async (fake) => {
        const { sha } = smallProject(fake.world);
        const found = rowsOf(await ask(`${fake.url}/api/v4/projects/1/pipelines?sha=${sha}`));
        assert.deepEqual([name, found.length], [name, name === '9.0' ? 4 : 1]);
      });
    }
  });

  it('include bridges since 13.2', async () => {
    for (const name of withV4) {
      await withGitLab({ profile: name }, async (fake) => {
        const { project } = smallProject(fake.world);
        const pipeline = fake.world.pipelines(project).at(-1)!;
        const { status } = await ask(`${fake.url}/api/v4/projects/1/pipelines/${pipeline.id}/bridges`);
        assert.deepEqual([name, status], [name, ['9.0', '10.8', '11.0'].includes(name) ? 404 : 200]);
      });
    }
  });

  it('also call bridges trigger jobs, since 19.2', async () => {
    for (const profile of ['18.9', '19.2'] as const) {
      await withGitLab({ profile }, async (fake) => {
        const { branch } = branchMergeRequestAndChild(fake.world);
        const path = `${fake.url}/api/v4/projects/1/pipelines/${branch.id}`;
        const [bridges, triggers] = [await ask(`${path}/bridges`), await ask(`${path}/trigger_jobs`)];
        assert.equal(rowsOf(bridges).length, 1);
        assert.equal(triggers.status, profile === '18.9' ? 404 : 200);
        if (profile === '19.2')
          assert.deepEqual(
            rowsOf(triggers).map(({ id }) => id),
            rowsOf(bridges).map(({ id }) => id),
          );
      });
    }
  });

  it('are complete in the v3 list, since 8.11', () =>
    withGitLab({ profile: '8.13' }, async (fake) => {
      const { sha, project } = smallProject(fake.world);
      const [row] = rowsOf(await ask(`${fake.url}/api/v3/projects/1/pipelines`));
      assert.deepEqual([row?.['sha'], row?.status, row?.['coverage']], [sha, 'running', '98.29']);
      const { id } = fake.world.pipelines(project).at(-1)!;
      const canceled = await post(`${fake.url}/api/v3/projects/1/pipelines/${id}/cancel`);
      assert.equal(canceled.status, 200);
      assert.equal((await post(`${fake.url}/api/v3/projects/1/pipelines/${id}/retry`)).status, 201);
    }));

  it("determine v3's response for a commit without CI, and for an abbreviated one", async () => {
    const cases: Partial<Record<ProfileName, readonly [without: number, short: number, builds: number]>> = {
      '8.5': [404, 404, 2],
      '8.9': [404, 404, 1],
      '8.10': [200, 200, 2],
      '10.8': [200, 200, 2],
    };
    for (const [name, [without, short, count]] of Object.entries(cases)) {
      await withGitLab({ profile: name as ProfileName }, async (fake) => {
        const { shaWithoutCi, sha, olderSha } = smallProject(fake.world);
        const of = (text: string): Promise<Reply> =>
          ask(`${fake.url}/api/v3/projects/1/repository/commits/${text}/builds`);
        assert.deepEqual([name, (await of(shaWithoutCi)).status], [name, without]);
        assert.deepEqual([name, (await of(sha.slice(0, 8))).status], [name, short]);
        assert.deepEqual([name, (await of('f'.repeat(40))).status], [name, 404]);
        assert.deepEqual([name, rowsOf(await of(olderSha)).length], [name, count]);
      });
    }
  });
});
