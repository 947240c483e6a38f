import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { GitLabClient } from '../../../src/core/gitlab/client';
import type { FileRange } from '../../../src/core/gitlab/buildArtifacts';
import { badGateway, htmlPage, statsRefresh, type Fault } from '../../gitlab/faults';
import { smallProject, type SmallProject } from '../../gitlab/scenarios';
import { developerToken, reporterToken } from '../../gitlab/seed';
import { startGitLab, type FakeGitLab, type FakeOptions } from '../../gitlab/server';
import { mark, trafficOf } from '../../gitlab/traffic';
import { bytesOf, errorOf, failureOf, FakeClock, httpWith, Journal, unhurried } from '../support';

const minute = 60_000;

describe('GitLabClient and an object storage', () => {
  let fake: FakeGitLab;
  let small: SmallProject;
  let client: GitLabClient;
  let clock: FakeClock;
  let log: Journal;
  let token: string;

  const start = async (options: FakeOptions = {}): Promise<void> => {
    fake = await startGitLab({ profile: '18.9', artifacts: 'redirect', now: clock.now, tellsTime: true, ...options });
    small = smallProject(fake.world);
    const instance = { url: fake.url, hosts: [], apiVersion: 'auto' } as const;
    client = new GitLabClient(instance, httpWith({ log }), async () => token, log, clock);
    await client.project(small.project.path, unhurried());
  };
  const ask = async (part: FileRange = { range: { start: 0, end: 2 } }, id = small.builds.compile.id) => {
    const { body, validator } = await client.artifacts.archive(small.project.path, id, unhurried(), part);
    return { text: (await bytesOf(body)).toString('latin1'), validator };
  };
  /** Requests for archives to GitLab, and to the storage, meanwhile. */
  const asked = async (work: () => Promise<unknown>) => {
    const from = mark(fake);
    await work();
    const { archive, storage } = trafficOf(fake, from);
    return [archive.requests, storage.requests];
  };
  const refusal = (status: number, code: string): Fault => {
    const headers = { 'Content-Type': 'application/xml' };
    return { answer: { status, headers, body: `<?xml version="1.0"?>\n<Error><Code>${code}</Code></Error>` } };
  };

  beforeEach(() => {
    clock = new FakeClock();
    log = new Journal();
    token = developerToken;
  });
  afterEach(() => {
    client.dispose();
    return fake.close();
  });

  it('requests further parts directly from it, without a token', async () => {
    await start();
    assert.deepEqual(await asked(() => ask()), [1, 1]);
    assert.deepEqual(await asked(() => ask({ range: { last: 3 } })), [0, 1]);
    assert.deepEqual(await asked(() => ask({ range: { start: 2, end: 4 } })), [0, 1]);
    assert.ok(fake.storage.requests.every(({ headers }) => !('private-token' in headers)));
  });

  it('returns the same bytes whichever way they came', async () => {
    await start();
    const { text: whole } = await ask({});
    assert.equal((await ask()).text, 'PK');
    assert.equal((await ask({ range: { start: 10 } })).text, whole.slice(10));
    assert.equal((await ask({ range: { last: 10 } })).text, whole.slice(-10));
  });

  it('asks GitLab for a whole archive, since permissions may have changed', async () => {
    await start();
    await ask();
    assert.deepEqual(await asked(() => ask({})), [1, 1]);
    assert.deepEqual(await asked(() => ask()), [0, 1]);
  });

  it('keeps the URLs of builds apart', async () => {
    await start();
    await ask();
    const other = await asked(() => ask({ range: { last: 4 } }, small.builds.odd.id));
    assert.deepEqual(other, [1, 1]);
    assert.deepEqual(await asked(() => ask()), [0, 1]);
    assert.deepEqual(await asked(() => ask(undefined, small.builds.odd.id)), [0, 1]);
  });

  it('asks GitLab again before the URL expires', async () => {
    await start({ signedSeconds: 600 });
    await ask();
    clock.jump(9 * minute);
    assert.deepEqual(await asked(() => ask()), [0, 1]);
    clock.jump(minute - 5000);
    assert.deepEqual(await asked(() => ask()), [1, 1]);
    assert.deepEqual(await asked(() => ask()), [0, 1]);
  });

  it('asks GitLab again, once, if the storage no longer accepts the URL', async () => {
    for (const [status, code] of [
      [403, 'AccessDenied'],
      [400, 'ExpiredToken'],
      [404, 'NoSuchKey'],
    ] as const) {
      await start();
      await ask();
      fake.storage.faults = [{ ...refusal(status, code), times: 1 }];
      assert.deepEqual(await asked(() => ask()), [1, 2]);
      assert.deepEqual(await asked(() => ask()), [0, 1]);
      fake.storage.faults = [refusal(status, code)];
      const { host } = new URL(fake.storage.url);
      const counts = await asked(async () =>
        assert.deepEqual(await failureOf(ask()), { kind: 'storage', host, status, reason: code }),
      );
      assert.deepEqual(counts, [1, 2]);
      await fake.close();
    }
  });

  it("relies on the storage's response if its clock differs", async () => {
    let skewMs = 0;
    await start({ now: () => clock.now() + skewMs, signedSeconds: 60 });
    await ask();
    skewMs = 2 * minute;
    assert.deepEqual(await asked(() => ask()), [1, 2]);
  });

  it("doesn't take a range after the end of the file for an expired URL", async () => {
    await start();
    await ask();
    const counts = await asked(async () => {
      const { kind, status } = await failureOf(ask({ range: { start: 1e6 } }));
      assert.deepEqual([kind, status], ['storage', 416]);
    });
    assert.deepEqual(counts, [0, 1]);
    assert.deepEqual(await asked(() => ask()), [0, 1]);
  });

  it('asks GitLab again if the storage is gone, or redirects elsewhere', async () => {
    await start();
    await ask();
    fake.storage.faults = [{ ...htmlPage(), times: 1 }];
    assert.equal((await failureOf(ask())).kind, 'notGitLab');
    assert.deepEqual(await asked(() => ask()), [1, 1]);
    for (const fault of [
      { reset: 'beforeHeaders' },
      badGateway(),
      { answer: { status: 307, headers: { Location: '/x' } } },
    ] as const) {
      await ask();
      fake.storage.faults = [{ ...fault, times: 1 }];
      assert.deepEqual(await asked(() => ask()), [1, 2]);
    }
  });

  it("supports a storage on GitLab's own host, below another path", async () => {
    await start({ artifacts: 'direct', root: '/gitlab' });
    const { origin } = new URL(fake.url);
    const isStored = ({ path }: { readonly path: string }) => path.startsWith('/minio/');
    const type = { 'Content-Type': 'application/octet-stream' };
    const part: Fault = {
      when: isStored,
      answer: { status: 206, headers: { ...type, 'Content-Range': 'bytes 0-1/9' }, body: 'PK' },
    };
    const moved: Fault = {
      when: ({ path }) => path.endsWith('/artifacts'),
      answer: { status: 302, headers: { Location: `${origin}/minio/file?X-Amz-Signature=x` } },
    };
    fake.faults = [part, moved];
    await ask();
    const from = fake.requests.length;
    await ask();
    fake.faults = [{ when: isStored, ...refusal(403, 'AccessDenied') }, moved];
    assert.deepEqual((await failureOf(ask())).kind, 'storage');
    const later = fake.requests.slice(from);
    assert.deepEqual(
      later.map((one) => (isStored(one) ? 'storage' : 'GitLab')),
      ['storage', 'storage', 'GitLab', 'storage'],
    );
    assert.ok(later.filter(isStored).every(({ headers }) => !('private-token' in headers)));
  });

  it('drops the URL with the token, with the artifacts, and after an action on the build', async () => {
    await start();
    fake.world.setRole(small.project, 'dana', 'master');
    const { path } = small.project;
    const changes: readonly (() => unknown)[] = [
      () => (token = reporterToken),
      () => (token = developerToken),
      () => client.act(path, small.builds.odd.id, 'erase', unhurried()),
      () => client.artifacts.delete(path, small.builds.compile.id, unhurried()),
    ];
    for (const change of changes) {
      await ask();
      await change();
      const [archive] = await asked(() => ask().catch(() => undefined));
      assert.equal(archive, 1);
    }
    assert.equal((await failureOf(ask())).kind, 'notFound');
  });

  it('never reveals the URL', async () => {
    await start();
    await ask();
    assert.match(String(fake.storage.requests[0]?.path), /X-Amz-Signature/);
    fake.storage.faults = [refusal(403, 'AccessDenied')];
    const error = await errorOf(ask());
    const shown = [
      ...log.lines,
      inspect(error, { depth: 9, showHidden: true }),
      inspect(client, { depth: 9, showHidden: true }),
    ];
    for (const text of shown) assert.doesNotMatch(text, /Signature/);
    assert.match(log.lines.join('\n'), new RegExp(`GET ${fake.storage.url} 206`));
  });

  it('rejects a list of artifacts with more than a hundred pages, announced or not', async () => {
    await start({ artifacts: 'direct' });
    const listed = client.artifacts.tree.bind(client.artifacts, small.project.path, small.builds.compile.id);
    const pageWith = (headers: Readonly<Record<string, string>>, page?: number, count = 1): Fault => {
      const row = { name: 'a', path: 'a', type: 'file', size: 1 };
      const type = { 'Content-Type': 'application/json' };
      const isPage = (path: string) => page === undefined || path.endsWith(`&page=${page}`);
      return {
        when: ({ path }) => path.includes('/tree?') && isPage(path),
        answer: { status: 200, headers: { ...type, ...headers }, body: JSON.stringify(Array(count).fill(row)) },
      };
    };
    fake.faults = [pageWith({ 'X-Total-Pages': '101', 'X-Next-Page': '2' })];
    const counts = await asked(async () => assert.equal((await failureOf(listed(unhurried()))).kind, 'unsupported'));
    assert.deepEqual(counts, [1, 0]);
    const pages = Array.from({ length: 100 }, (_, index) => pageWith({ 'X-Next-Page': `${index + 2}` }, index + 1));
    fake.faults = [...pages, pageWith({ 'X-Next-Page': '' })];
    const [more = 0] = await asked(async () =>
      assert.equal((await failureOf(listed(unhurried()))).kind, 'unsupported'),
    );
    // Pages are read ahead, six at a time.
    assert.ok(more > 100 && more <= 106, `${more} requests`);
    fake.faults = [
      ...pages.slice(0, 99),
      pageWith({ 'X-Next-Page': '' }, 100),
      pageWith({ 'X-Next-Page': '' }, undefined, 0),
    ];
    assert.equal((await listed(unhurried())).length, 100);
  });

  it('marks what may be a link in the list of artifacts, since GitLab keeps only permissions, and a link has all of them', async () => {
    await start({ artifacts: 'direct' });
    const [row, mode] = [{ type: 'file', size: 5 }, '777'];
    const rows = [
      { ...row, path: 'link', mode },
      { ...row, path: 'file', mode: '644' },
      { ...row, path: 'empty', mode, size: 0 },
      { ...row, path: 'large', mode, size: 5000 },
      { ...row, path: 'whole', mode: '120777' },
      { ...row, path: 'odd', mode: 777 },
      { type: 'directory', path: 'folder/', mode },
    ];
    const answer = { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(rows) };
    fake.faults = [{ when: ({ path }) => path.includes('/tree?'), answer }];
    const listed = await client.artifacts.tree(small.project.path, small.builds.compile.id, unhurried());
    const paths = (of: (entry: (typeof listed)[number]) => boolean) => listed.filter(of).map(({ path }) => path);
    assert.deepEqual(
      paths(({ mayBeLink }) => mayBeLink === true),
      ['link'],
    );
    assert.deepEqual(
      paths(({ flaw }) => flaw === 'symlink'),
      ['whole'],
    );
  });

  it("says why artifacts can't be deleted", async () => {
    await start();
    const { path } = small.project;
    const { id } = small.builds.compile;
    assert.equal((await failureOf(client.artifacts.delete(path, id, unhurried()))).kind, 'forbidden');
    fake.faults = [statsRefresh()];
    const { kind, status, reason } = await failureOf(client.artifacts.delete(path, id, unhurried()));
    assert.deepEqual([kind, status], ['refused', 409]);
    assert.match(String(reason), /undergoing stats refresh/);
  });

  it('requests nothing outside of the archive', async () => {
    await start();
    const { path } = small.project;
    const { id } = small.builds.compile;
    for (const entry of ['../../4/trace', 'a/../../x', '.', '..', '', '/etc/passwd', 'a//b', 'a/./b']) {
      const counts = await asked(async () => {
        assert.equal((await failureOf(client.artifacts.entry(path, id, entry, unhurried()))).kind, 'notFound', entry);
      });
      assert.deepEqual(counts, [0, 0], entry);
    }
    const dots = client.artifacts.latest(path, '..', 'compile', unhurried());
    assert.equal((await failureOf(dots)).kind, 'notFound');
  });
});
