import assert from 'node:assert/strict';
import {
  badGateway,
  brokenJson,
  htmlPage,
  rateLimited,
  serverError,
  signInRedirect,
  type CannedAnswer,
  type Fault,
} from '../../../gitlab/faults';
import type { ProfileName } from '../../../gitlab/profiles/profile';
import { developerToken, reporterToken } from '../../../gitlab/seed';
import { failureOf, unhurried, until } from '../../support';
import { assertWhole, Branch, countsOf, isGraphql } from '../branch';

const json = { 'Content-Type': 'application/json' };

const saying = (...messages: readonly string[]): CannedAnswer => ({
  ...{ status: 200, headers: json },
  body: JSON.stringify({ errors: messages.map((message) => ({ message })) }),
});

type Row = Readonly<Record<string, unknown>>;

interface Jobs extends Row {
  readonly nodes: readonly unknown[];
}

/** GitLab's own answer, with another project in it. */
function changed(change: (project: Row) => Row): Fault {
  return {
    change: (body) => {
      const { data } = JSON.parse(body) as { readonly data: { readonly project: Row } };
      return JSON.stringify({ data: { project: change(data.project) } });
    },
  };
}

/** With other pipelines, wherever they are. */
function changedPipelines(change: (pipeline: Row) => Row): Fault {
  const isPipeline = (value: unknown): value is Row => typeof value === 'object' && value !== null && 'jobs' in value;
  const inList = (value: unknown): unknown => {
    if (isPipeline(value)) return change(value);
    if (typeof value !== 'object' || value === null || !('nodes' in value)) return value;
    return { ...value, nodes: (value.nodes as readonly unknown[]).map(inList) };
  };
  return changed((project) =>
    Object.fromEntries(Object.entries(project).map(([name, value]) => [name, inList(value)])),
  );
}

function changedJobs(change: (jobs: Jobs) => Row): Fault {
  return changedPipelines((pipeline) => ({ ...pipeline, jobs: change(pipeline['jobs'] as Jobs) }));
}

describe('GraphQL that does not respond as it should', () => {
  let at: Branch;
  const warnings = () => at.log.lines.filter((line) => line.startsWith('GraphQL is not used'));
  const start = async (profile: ProfileName) => (at = await Branch.start(profile));

  afterEach(() => at.fake.close());

  it('is not used again once it has sent anything unexpected, which is logged once', async () => {
    await start('18.9');
    at.fake.faults = [{ when: isGraphql, answer: saying('Nothing of the kind') }];
    await assertWhole(at);
    assert.equal(at.client.usesGraphql, false);
    assert.deepEqual((await countsOf(at)).byGraphql, 0);
    await assertWhole(at);
    assert.deepEqual(warnings(), ['GraphQL is not used, but REST: Nothing of the kind']);
  });

  it('is tried again with another token, and after a day', async () => {
    await start('18.9');
    let token = developerToken;
    at.fresh(() => token);
    at.fake.faults = [{ when: isGraphql, answer: saying('No') }];
    await at.listing();
    at.fake.faults = [];
    assert.equal((await countsOf(at)).byGraphql, 0);
    at.now += 24 * 3600_000;
    assert.ok((await countsOf(at)).byGraphql > 0);
    at.fake.faults = [{ when: isGraphql, answer: saying('No'), times: 1 }];
    await at.listing();
    assert.equal(at.client.usesGraphql, false);
    token = reporterToken;
    assert.ok((await countsOf(at)).byGraphql > 0);
  });

  const passing: Readonly<Record<string, Fault>> = {
    'a 500': serverError(),
    'a 502': badGateway(),
    'an HTML page': htmlPage(),
    'damaged JSON': brokenJson(),
    'a connection reset before the response': { reset: 'beforeHeaders' },
    'a connection reset in the middle of the response': { reset: 'midBody' },
    'a timeout reported with status 200': { answer: saying('Timeout on Project.pipelines') },
    'a timeout reported together with other errors': {
      answer: saying('No such thing', 'Timeout on MergeRequest.pipelines'),
    },
    'a timeout reported with status 503': {
      answer: { ...saying('Request timed out. Please try a less complex query'), status: 503 },
    },
    'null in place of a list of pipelines': changed((project) => ({ ...project, own: null })),
    'null in place of a pipeline': changed((project) => ({ ...project, own: { nodes: [null] } })),
    'null in place of a list of jobs': changedPipelines((pipeline) => ({ ...pipeline, jobs: null })),
    'null in place of a job': changedJobs((jobs) => ({ ...jobs, nodes: [...jobs.nodes, null] })),
    'a next page without a cursor': changedJobs((jobs) => ({ ...jobs, pageInfo: { hasNextPage: true } })),
    'a page that leads back to itself': changedJobs((jobs) => ({
      ...jobs,
      pageInfo: { hasNextPage: true, endCursor: 'back' },
    })),
  };
  for (const [status, fault] of Object.entries(passing)) {
    it(`is not used for ten minutes after ${status}`, async () => {
      await start('18.9');
      at.fake.faults = [{ ...fault, when: isGraphql }];
      await assertWhole(at);
      at.fake.faults = [];
      assert.equal((await countsOf(at)).byGraphql, 0);
      at.now += 10 * 60_000 - 1;
      assert.equal((await countsOf(at)).byGraphql, 0);
      at.now += 1;
      assert.ok((await countsOf(at)).byGraphql > 0);
      assert.equal(warnings().length, 1);
      assert.match(warnings()[0]!, /^GraphQL is not used for ten minutes, but REST: /);
      await assertWhole(at);
    });
  }

  it('is tried first again after every connection was reset, which REST notices immediately', async () => {
    await start('18.9');
    await assertWhole(at);
    at.fake.faults = [{ reset: 'beforeHeaders' }];
    const { kind, reason } = await failureOf(at.listing());
    assert.deepEqual([kind, reason], ['offline', 'ECONNRESET']);
    // The first reset request ends the listing; those beside it are sent again for a moment, and must not be counted below.
    await until(() => at.underWay === 0);
    at.fake.faults = [];
    await at.listing();
    assert.equal(at.client.usesGraphql, true);
    await assertWhole(at);
    assert.equal((await countsOf(at)).byRest, 0);
  });

  const lasting: Readonly<Record<string, Fault>> = {
    'an HTML page': htmlPage(),
    'a redirect to the sign-in page': signInRedirect('http://127.0.0.1/gitlab'),
    'a 404': { answer: { status: 404, headers: json, body: '{"error":"404 Not Found"}' } },
    'a refusal of the query': { answer: { ...saying('Query too large'), status: 422 } },
    'something else': { answer: { status: 200, headers: json, body: '{"data":{"project":{"own":{"nodes":[{}]}}}}' } },
    "something that isn't an object": { answer: { status: 200, headers: json, body: '[]' } },
  };
  for (const [what, fault] of Object.entries(lasting)) {
    it(`gives way to REST if it responds with ${what}`, async () => {
      await start('18.9');
      at.fake.faults = [{ ...fault, when: isGraphql }];
      await assertWhole(at);
      await assertWhole(at);
      assert.deepEqual([at.client.usesGraphql, warnings().length], [false, 1]);
    });
  }

  it('that does not recognize the token lets REST say why, and is tried again', async () => {
    await start('18.9');
    at.fake.world.addToken({ token: 'old', user: 'dana', expiresAt: at.fake.world.now() + 1000 });
    at.fresh(() => 'old');
    await assertWhole(at);
    at.fake.world.revokeToken('old');
    const failure = await failureOf(at.listing());
    assert.deepEqual([failure.kind, failure.status], ['revoked', 401]);
    assert.equal(at.client.usesGraphql, true);
    assert.deepEqual(warnings(), []);
  });

  it('that is rate limited says until when, and REST is not used in its place', async () => {
    await start('18.9');
    await at.listing();
    at.fake.faults = [{ ...rateLimited({ retryAfter: 30 }), when: isGraphql }];
    const work = async () => assert.equal((await failureOf(at.listing())).kind, 'rateLimited');
    const { byGraphql, byRest } = await countsOf(at, work);
    // No more than go out side by side.
    assert.ok(byGraphql >= 1 && byGraphql <= 3, `${byGraphql} requests`);
    assert.equal(byRest, 0);
    assert.equal(at.client.usesGraphql, true);
  });

  it('that is aborted is not tried again, and neither is REST', async () => {
    await start('18.9');
    await at.listing();
    const abort = new AbortController();
    const reason = new Error('HEAD moved');
    at.fake.faults = [{ when: (request) => isGraphql(request) && (abort.abort(reason), false) }];
    const { project, sha, ref } = at.made;
    const work = () =>
      assert.rejects(at.client.listing(project.path, { sha, ref }, abort.signal), (error) => error === reason);
    assert.deepEqual(await countsOf(at, work), { byGraphql: 1, byRest: 0 });
    assert.equal(at.client.usesGraphql, true);
  });

  it('leaves out a child pipeline that has been deleted', async () => {
    await start('18.9');
    const answering = (part: string, project: object): Fault => ({
      when: (request) => isGraphql(request) && request.body.includes(part),
      answer: { status: 200, headers: json, body: JSON.stringify({ data: { project: { id: 'x', ...project } } }) },
    });
    at.fake.faults = [
      answering('children: pipelines', { children: { nodes: [] } }),
      answering('p0: pipeline', { p0: null }),
    ];
    const { builds, pipelines } = await at.listing();
    assert.deepEqual([builds.length, pipelines.length], [9, 2]);
    assert.equal(at.client.usesGraphql, true);
  });

  it('finds a project that was renamed in the meantime by its new path, each time', async () => {
    await start('18.9');
    await assertWhole(at);
    const { project, sha, ref } = at.made;
    for (const path of ['group/renamed', 'other/again']) {
      at.fake.world.moveProject(project, path);
      const { builds } = await at.client.listing('group/app', { sha, ref }, unhurried());
      assert.equal(builds.length, 11);
      assert.ok(builds.some(({ webUrl }) => webUrl?.startsWith(`${at.fake.url}/${path}/-/jobs/`)));
      assert.equal(at.client.usesGraphql, true);
    }
    assert.deepEqual(warnings(), []);
  });

  it('lists a project that was renamed in the meantime if its old path leads nowhere', async () => {
    await start('15.9');
    await assertWhole(at);
    at.fake.world.moveProject(at.made.project, 'group/renamed');
    await assertWhole(at);
  });
});
