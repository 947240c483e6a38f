import assert from 'node:assert/strict';
import { knownStatuses } from '../../../src/core/model/build';
import type { Fault } from '../../gitlab/faults';
import { manyBuilds } from '../../gitlab/scenarios';
import type { Seed } from '../../gitlab/seed';
import { startGitLab, type FakeGitLab } from '../../gitlab/server';
import { buildsAt, clientOf, failureOf, listen } from '../support';

const path = 'group/many.builds';
const isList = (asked: { path: string }) => /\/repository\/commits\/\w+\/builds/.test(asked.path);

describe('GitLabClient: the list of builds', () => {
  let fake: FakeGitLab;
  const load = ({ sha }: Seed) => buildsAt(clientOf(fake), path, sha);
  const lists = () => fake.requests.filter(isList);
  /** An answer in place of the list. */
  const listed = (body: string, headers: Readonly<Record<string, string>> = {}): Fault => ({
    when: isList,
    answer: { status: 200, headers: { 'Content-Type': 'application/json', ...headers }, body },
  });

  beforeEach(async () => (fake = await startGitLab()));
  afterEach(() => fake.close());

  for (const count of [1, 20, 21, 100, 101, 1000, 10_000]) {
    it(`of ${count} is complete, without duplicates, with one request per hundred`, async () => {
      const seed = manyBuilds(fake.world, count);
      const builds = await load(seed);
      assert.deepEqual(
        builds.map(({ id }) => id),
        fake.world.buildIds(seed.project),
      );
      const pages = lists().map(({ path: asked }) => Number(new URL(asked, fake.url).searchParams.get('page')));
      assert.deepEqual(
        pages.sort((a, b) => a - b),
        Array.from({ length: Math.ceil(count / 100) }, (_, page) => page + 1),
      );
      assert.ok(lists().every(({ path: asked }) => asked.includes('per_page=100')));
      assert.ok(Math.max(...fake.requests.map(({ inFlight }) => inFlight)) <= 6);
    });
  }

  it('of up to a hundred takes one request once the project is known', async () => {
    const { sha } = manyBuilds(fake.world, 100);
    const client = clientOf(fake);
    await buildsAt(client, path, sha);
    fake.requests.length = 0;
    await buildsAt(client, path, sha);
    assert.equal(fake.requests.length, 1);
  });

  it('never follows the Link header, wherever it leads', async () => {
    const seed = manyBuilds(fake.world, 2);
    let lured = 0;
    const evil = await listen((_, response) => {
      lured += 1;
      response.end('[]');
    });
    try {
      const row = await (await fetch(`${fake.url}/api/v3/projects/1/builds/1?private_token=${seed.token}`)).text();
      fake.faults = [listed(`[${row}]`, { Link: `<${evil.url}/?page=2>; rel="next"`, 'X-Next-Page': '' })];
      assert.equal((await load(seed)).length, 1);
      assert.equal(lured, 0);
    } finally {
      await evil.close();
    }
  });

  it('contains each build once even if one was added while it was read', async () => {
    const seed = manyBuilds(fake.world, 500);
    const before = [...fake.world.buildIds(seed.project)];
    let pages = 0;
    const add = () => {
      if (++pages === 3) fake.world.addBuild(seed.project, { sha: seed.sha, name: 'late', stage: 'stage-0' });
      return false;
    };
    fake.faults = [{ when: (asked) => isList(asked) && add() }];
    const ids = (await load(seed)).map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(
      before.filter((id) => !ids.includes(id)),
      [],
    );
  });

  it('fails as a whole if a page fails', async () => {
    const seed = manyBuilds(fake.world, 1000);
    fake.faults = [{ when: (asked) => asked.path.endsWith('&page=7'), answer: { status: 500 } }];
    assert.equal((await failureOf(load(seed))).kind, 'server');
  });

  it('requests no further pages once it is aborted', async () => {
    const { sha } = manyBuilds(fake.world, 10_000);
    const abort = new AbortController();
    const reason = new Error('HEAD moved');
    const atTheThird = ({ path: asked }: { path: string }) => {
      if (asked.endsWith('&page=3')) abort.abort(reason);
      return false;
    };
    fake.faults = [{ when: atTheThird }];
    const loading = buildsAt(clientOf(fake), path, sha, abort.signal);
    await assert.rejects(loading, (error) => error === reason);
    assert.ok(lists().length <= 7, `${lists().length} requests`);
  });

  const row = { id: 1, name: 'rspec', stage: 'test', status: 'success', ref: 'master' };
  const wrong: Readonly<Record<string, unknown>> = {
    'an object': { builds: [] },
    'a string': 'no builds',
    null: null,
    'a list of numbers': [1, 2],
    'a list of null': [null],
    'a list of lists': [[row]],
    'a build without an ID': [{ ...row, id: undefined }],
    'a build whose ID is a string': [{ ...row, id: '1' }],
    'a build whose ID is not an integer': [{ ...row, id: 1.5 }],
    'a build without a name': [{ ...row, name: null }],
    'a build without a status': [{ ...row, status: 7 }],
  };
  for (const [what, body] of Object.entries(wrong)) {
    it(`is rejected if it is ${what}`, async () => {
      const seed = manyBuilds(fake.world, 1);
      fake.faults = [listed(JSON.stringify(body))];
      const { kind, host } = await failureOf(load(seed));
      assert.deepEqual([kind, host], ['invalidAnswer', new URL(fake.url).host]);
    });
  }

  it('is read even if every optional field of a build has an unexpected type', async () => {
    const seed = manyBuilds(fake.world, 1);
    const odd = { tag: null, coverage: '98', created_at: 7, user: 'dana', runner: [], commit: {}, artifacts_file: 7 };
    fake.faults = [listed(JSON.stringify([{ id: 1, name: 'rspec', status: 'success', pipeline: null, ...odd }]))];
    const [build] = await load(seed);
    const { stage, ref, tag, coverage, createdAt, user, runner, commit, artifacts, pipeline } = build!;
    assert.deepEqual([stage, ref, tag, createdAt], ['test', '', false, '']);
    assert.deepEqual([coverage, user, runner, commit, artifacts, pipeline], Array(6).fill(undefined));
  });

  it('distinguishes builds by pipeline if the server names it, as it does since 8.13', async () => {
    const seed = manyBuilds(fake.world, 1);
    const rows = [1, 2, 3].map((id) => ({ ...row, id, pipeline: { id: id < 3 ? 70 : 71 } }));
    fake.faults = [listed(JSON.stringify(rows))];
    assert.deepEqual(
      (await load(seed)).map(({ id, pipeline, attempts }) => [id, pipeline, attempts.length]),
      [
        [2, 70, 1],
        [3, 71, 0],
      ],
    );
  });

  it('accepts every status that a later GitLab may send', async () => {
    const seed = manyBuilds(fake.world, 1);
    const statuses = [...knownStatuses, 'levitating'];
    fake.faults = [listed(JSON.stringify(statuses.map((status, id) => ({ ...row, id, name: status, status }))))];
    assert.deepEqual(
      (await load(seed)).map(({ status }) => status),
      statuses,
    );
  });
});
