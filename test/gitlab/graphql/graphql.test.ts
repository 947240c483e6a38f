import assert from 'node:assert/strict';
import { outcome, post, type Reply } from '../ask';
import { withGitLab } from '../each';
import { profileNames } from '../profiles/profiles';
import { branchMergeRequestAndChild, type BranchMergeRequestAndChild, manyBuilds, smallProject } from '../scenarios';
import { reporterToken, strangerToken } from '../seed';
import { type FakeGitLab, startGitLab } from '../server';

/** What one refresh of a sidebar asks for. */
const everything = `
  query ($path: ID!, $sha: String!) {
    queryComplexity { score limit }
    project(fullPath: $path) {
      pipelines(sha: $sha, first: 5) {
        nodes {
          id iid status source ref createdAt cancelable retryable path detailedStatus { label }
          stages { nodes { name } }
          jobs(first: 100) {
            count
            nodes {
              id name status kind allowFailure retried retryable cancelable playable scheduledAt createdAt startedAt
              finishedAt coverage refName webPath stage { name } userPermissions { updateBuild }
              artifacts { nodes { name fileType size expireAt } }
              downstreamPipeline { id source status }
            }
            pageInfo { hasNextPage endCursor }
          }
        }
      }
    }
  }`;

/** `project.pipelines.nodes.0.id`; `*` is each of a list. */
function at(value: unknown, path: string): unknown {
  const [head = '', ...rest] = path.split('.');
  if (path === '' || value === null || value === undefined) return value;
  if (head === '*') return (value as readonly unknown[]).map((each) => at(each, rest.join('.')));
  return at((value as Readonly<Record<string, unknown>>)[head], rest.join('.'));
}

function send(fake: FakeGitLab, query: string, variables: object = {}, token?: string | null): Promise<Reply> {
  return post(`${fake.url}/api/graphql`, { json: { query, variables }, ...(token === undefined ? {} : { token }) });
}

async function asked(fake: FakeGitLab, query: string, variables: object = {}, token?: string): Promise<unknown> {
  const reply = await send(fake, query, variables, token);
  assert.equal(reply.status, 200, reply.text);
  return JSON.parse(reply.text);
}

describe('GraphQL', () => {
  let fake: FakeGitLab;
  let scene: BranchMergeRequestAndChild;
  const all = (token?: string): Promise<unknown> =>
    asked(fake, everything, { path: 'group/app', sha: scene.sha }, token);

  beforeEach(async () => {
    fake = await startGitLab({ profile: '18.9', root: '/gitlab' });
    scene = branchMergeRequestAndChild(fake.world);
  });
  afterEach(() => fake.close());

  it('is available since 14, and before that the path has no route', async () => {
    for (const profile of profileNames) {
      await withGitLab({ profile }, async (other) => {
        smallProject(other.world);
        const { status } = await send(other, '{ metadata { version } }');
        assert.deepEqual([profile, status], [profile, ['15.9', '18.9', '18.10'].includes(profile) ? 200 : 404]);
      });
    }
  });

  it('returns everything about a commit at once, within the limit', async () => {
    const answer = await all();
    assert.equal(at(answer, 'errors'), undefined);
    const score = Number(at(answer, 'data.queryComplexity.score'));
    assert.ok(score > 60 && score < 120, String(score));
    assert.equal(at(answer, 'data.queryComplexity.limit'), 250);
    const pipeline = at(answer, 'data.project.pipelines.nodes.0');
    assert.deepEqual(
      [at(pipeline, 'id'), at(pipeline, 'status'), at(pipeline, 'source')],
      [`gid://gitlab/Ci::Pipeline/${scene.branch.id}`, 'RUNNING', 'push'],
    );
    assert.deepEqual(at(pipeline, 'stages.nodes.*.name'), ['build', 'test', 'deploy', 'external']);
    assert.equal(at(pipeline, 'jobs.count'), 8);
    assert.equal(at(pipeline, 'path'), `/gitlab/group/app/-/pipelines/${scene.branch.id}`);
  });

  it('has attempts, bridges and external statuses among the jobs, newest first', async () => {
    const jobs = at(await all(), 'data.project.pipelines.nodes.0.jobs.nodes');
    assert.deepEqual(at(jobs, '*.id'), [
      `gid://gitlab/GenericCommitStatus/${scene.builds.external.id}`,
      ...[scene.builds.production, scene.builds.staging, scene.builds.rspec].map(
        ({ id }) => `gid://gitlab/Ci::Build/${id}`,
      ),
      `gid://gitlab/Ci::Bridge/${scene.builds.bridge.id}`,
      ...[scene.builds.lint, scene.builds.firstRspec, scene.builds.compile].map(
        ({ id }) => `gid://gitlab/Ci::Build/${id}`,
      ),
    ]);
    assert.deepEqual(at(jobs, '*.retried'), [false, false, false, false, false, false, true, false]);
    assert.deepEqual(at(jobs, '*.status'), [
      'SUCCESS',
      'MANUAL',
      'SCHEDULED',
      'SUCCESS',
      'RUNNING',
      'FAILED',
      'FAILED',
      'SUCCESS',
    ]);
    assert.deepEqual(at(jobs, '*.playable'), [false, true, true, false, false, false, false, false]);
    assert.equal(at(jobs, '4.downstreamPipeline.id'), `gid://gitlab/Ci::Pipeline/${scene.child.id}`);
    assert.deepEqual(at(jobs, '7.artifacts.nodes.*.fileType'), ['ARCHIVE', 'METADATA', 'JUNIT', 'TRACE']);
    assert.equal(at(jobs, '7.artifacts.nodes.2.size'), '310');
    assert.equal(at(jobs, '7.webPath'), `/gitlab/group/app/-/jobs/${scene.builds.compile.id}`);
  });

  it('filters jobs by attempt, status, kind and execution time', async () => {
    const chosen = async (args: string): Promise<unknown> => {
      const query = `{ project(fullPath: "group/app") { pipeline(iid: "1") { jobs(${args}) { nodes { name } } } } }`;
      return at(await asked(fake, query), 'data.project.pipeline.jobs.nodes.*.name');
    };
    assert.deepEqual(await chosen('retried: true'), ['rspec 1/2']);
    assert.equal(((await chosen('retried: false')) as readonly unknown[]).length, 7);
    assert.deepEqual(await chosen('statuses: [MANUAL, SCHEDULED]'), ['production', 'staging']);
    assert.deepEqual(await chosen('jobKind: BRIDGE'), ['packages']);
    assert.deepEqual(await chosen('whenExecuted: ["delayed"]'), ['staging']);
    assert.deepEqual(await chosen('first: 2'), ['jenkins/acceptance', 'production']);
  });

  it('has the jobs of a stage, a job by its name, and the end of its log', async () => {
    const query = `{ project(fullPath: "group/app") { pipeline(iid: "1") {
      stages { nodes { name status jobs { nodes { name } } } }
      job(name: "compile") { previousStageJobs { count } trace { htmlSummary(lastLines: 1) } pipeline { iid } }
    } } }`;
    const pipeline = at(await asked(fake, query), 'data.project.pipeline');
    assert.deepEqual(at(pipeline, 'stages.nodes.*.status'), ['success', 'running', 'scheduled', 'success']);
    assert.deepEqual(at(pipeline, 'stages.nodes.2.jobs.nodes.*.name'), ['staging', 'production']);
    assert.equal(at(pipeline, 'job.trace.htmlSummary'), '<span>$ make<br/></span>');
    assert.deepEqual([at(pipeline, 'job.previousStageJobs.count'), at(pipeline, 'job.pipeline.iid')], [0, '1']);
  });

  it("knows each user's permissions", async () => {
    const path = 'data.project.pipelines.nodes.0.jobs.nodes.1.userPermissions.updateBuild';
    assert.equal(at(await all(), path), true);
    assert.equal(at(await all(reporterToken), path), false);
    assert.deepEqual(at(await all(strangerToken), 'data.project'), null);
    fake.world.protectRefs(scene.project, 'feature');
    assert.equal(at(await all(), path), false);
    const query = '{ project(fullPath: "group/app") { userPermissions { adminProject readProject } } }';
    const role = async () => at(await asked(fake, query), 'data.project.userPermissions');
    assert.deepEqual(await role(), { adminProject: false, readProject: true });
    fake.world.setRole(scene.project, 'dana', 'master');
    assert.deepEqual(await role(), { adminProject: true, readProject: true });
  });

  it('finds the merge request’s pipelines, and children by their parent', async () => {
    const query = `{ project(fullPath: "group/app") {
      mergeRequests(sourceBranches: ["feature"], state: opened) { nodes { iid pipelines { nodes { id sha source } } } }
      pipeline(sha: "${scene.sha}") { downstream { nodes { id child upstream { id } } } }
    } }`;
    const parent = { id: `gid://gitlab/Ci::Pipeline/${scene.branch.id}` };
    const answer = await asked(fake, query);
    assert.deepEqual(at(answer, 'data.project.mergeRequests.nodes.0.pipelines.nodes.*.source'), [
      'merge_request_event',
      'push',
    ]);
    const downstream = [{ id: `gid://gitlab/Ci::Pipeline/${scene.child.id}`, child: true, upstream: parent }];
    assert.deepEqual(at(answer, 'data.project.pipeline.downstream.nodes'), downstream);
  });

  it('returns at most 100 rows, and continues after the cursor', async () => {
    const { sha } = manyBuilds(fake.world, 1205);
    const query = `query ($sha: String!, $after: String) { project(fullPath: "group/many.builds") { pipelines(sha: $sha) { nodes {
      jobs(first: 500, after: $after) { count nodes { id } pageInfo { hasNextPage endCursor } } } } } }`;
    const seen = new Set<unknown>();
    let after: unknown = null;
    for (let pages = 1; ; pages++) {
      const jobs = at(await asked(fake, query, { sha, after }), 'data.project.pipelines.nodes.0.jobs');
      for (const id of at(jobs, 'nodes.*.id') as readonly unknown[]) seen.add(id);
      assert.equal(at(jobs, 'count'), 1001);
      after = at(jobs, 'pageInfo.endCursor');
      if (at(jobs, 'pageInfo.hasNextPage') === false) {
        assert.equal(pages, 13);
        break;
      }
    }
    assert.equal(seen.size, 1205);
  });

  it('refuses an invalid token, one without scope and an expired one alike', async () => {
    fake.world.addToken({ token: 'weak', user: 'dana', scopes: ['read_user'] });
    fake.world.addToken({ token: 'old', user: 'dana', expiresAt: 1000 });
    for (const token of ['bad', 'weak', 'old']) {
      const reply = await send(fake, '{ currentUser { username } }', {}, token);
      assert.deepEqual(outcome(reply), [401, { errors: [{ message: 'Invalid token' }] }]);
    }
    const nobody = await send(fake, '{ currentUser { username } }', {}, null);
    assert.deepEqual(outcome(nobody), [200, { data: { currentUser: null } }]);
  });

  it('names a field that the version does not have', () =>
    withGitLab({ profile: '15.9' }, async (old) => {
      const { sha } = branchMergeRequestAndChild(old.world);
      const query = '{ project(fullPath: "group/app") { job(id: "gid://gitlab/Ci::Build/1") { name canPlayJob } } }';
      assert.deepEqual(at(await asked(old, query), 'errors.0'), {
        message: "Field 'canPlayJob' doesn't exist on type 'CiJob'",
        locations: [{ line: 1, column: 79 }],
        path: ['query', 'project', 'job', 'canPlayJob'],
        extensions: { code: 'undefinedField', typeName: 'CiJob', fieldName: 'canPlayJob' },
      });
      const whole = await asked(old, everything.replaceAll(' source', ''), { path: 'group/app', sha });
      assert.equal(at(whole, 'errors'), undefined);
      assert.equal(at(whole, 'data.project.pipelines.nodes.0.jobs.count'), 8);
    }));

  it('refuses a query that is too complex, too long or not a query, with 200 or 422', async () => {
    const message = async (query: string): Promise<readonly unknown[]> => {
      const [status, body] = outcome(await send(fake, query));
      return [status, at(body, 'errors.0.message')];
    };
    const jobs = 'jobs(first: 100) { nodes { id name status stage { name jobs { nodes { id name } } } } }';
    const pipelines = `pipelines(first: 100) { nodes { ${jobs} } }`;
    const [status, text] = await message(
      `{ project(fullPath: "group/app") { ${'a b c d e f'
        .split(' ')
        .map((name) => `${name}: ${pipelines}`)
        .join(' ')} } }`,
    );
    assert.equal(status, 200);
    assert.match(String(text), /^Query has complexity of \d+, which exceeds max complexity of 250$/);
    assert.deepEqual(await message(`{ metadata { version } } ${'#'.repeat(10_000)}`), [422, 'Query too large']);
    assert.match(String((await message('{ project('))[1]), /^Parse error/);
    const [both] = await message('{ project(fullPath: "group/app") { pipeline(iid: "1", sha: "x") { id } } }');
    assert.equal(both, 422);
    assert.deepEqual(await message('{ project(fullPath: "group/app") { pipelines(color: 1) { count } } }'), [
      200,
      "Field 'pipelines' doesn't accept argument 'color'",
    ]);
  });

  it('acts on jobs and pipelines by their global ID, but not with read_api', async () => {
    fake.world.addToken({ token: 'reads', user: 'dana', scopes: ['read_api'] });
    const play = `mutation ($id: CiProcessableID!) { jobPlay(input: { id: $id, variables: [{ key: "TO", value: "eu" }] }) { job { status } errors } }`;
    const variables = { id: `gid://gitlab/Ci::Build/${scene.builds.production.id}` };
    const refused = await asked(fake, play, variables, 'reads');
    assert.match(String(at(refused, 'errors.0.message')), /does not exist or you don't have permission/);
    assert.deepEqual(at(await asked(fake, play, variables), 'data.jobPlay'), {
      job: { status: 'PENDING' },
      errors: [],
    });
    assert.deepEqual(fake.world.build(scene.builds.production.id).variables, { TO: 'eu' });
    assert.deepEqual(at(await asked(fake, play, variables), 'data.jobPlay.errors'), ['Unplayable Job']);
    const cancel = `mutation { pipelineCancel(input: { id: "gid://gitlab/Ci::Pipeline/${scene.child.id}" }) { errors } }`;
    await asked(fake, cancel);
    assert.equal(fake.world.pipelineState(scene.child).status, 'canceled');
  });
});
