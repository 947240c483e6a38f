import assert from 'node:assert/strict';
import type { GitLabClient } from '../../../src/core/gitlab/client';
import { type Fault, htmlPage, readOnlyInstance, readOnlyRedirect, signInRedirect } from '../../gitlab/faults';
import type { ProfileName } from '../../gitlab/profiles/profile';
import { profileNames } from '../../gitlab/profiles/profiles';
import { manyBuilds, smallProject, type SmallProject } from '../../gitlab/scenarios';
import { startGitLab, type FakeGitLab, type FakeOptions } from '../../gitlab/server';
import { buildsAt, bytesOf, clientOf, failureOf, listen, unhurried, type Listening } from '../support';

const signal = unhurried();
/** One of each way to list the builds of a commit. */
const ways = ['8.5', '9.0', '13.4', '13.9', '18.9'] as const;

describe('GitLabClient with unusual URLs', () => {
  let fake: FakeGitLab;
  let small: SmallProject;
  let client: GitLabClient;
  const start = async (profile: ProfileName, options: FakeOptions = {}, path = 'group/sub.project') => {
    fake = await startGitLab({ profile, ...options });
    small = smallProject(fake.world, { path });
    client = clientOf(fake, { apiVersion: 'auto' });
  };
  const list = (path = small.project.path, sha = small.sha) => buildsAt(client, path, sha);
  const retry = async (path = small.project.path) => (await client.act(path, small.builds.lint.id, 'retry', signal)).id;

  afterEach(() => fake.close());

  for (const profile of ways) {
    for (const path of ['group/sub/subgroup/project', 'a.b/c.d.e', '1984/42']) {
      it(`lists, acts and downloads in ${path} on ${profile}`, async () => {
        await start(profile, {}, path);
        assert.equal((await list()).length, 7);
        assert.notEqual(await retry(), small.builds.lint.id);
        const { body } = await client.artifacts.archive(path, small.builds.compile.id, signal);
        assert.ok((await bytesOf(body)).length > 0);
      });
    }

    it(`stays below the relative URL root on ${profile}, with every page it opens`, async () => {
      await start(profile, { root: '/git/lab' });
      const [build] = await list();
      await retry();
      assert.ok(fake.requests.every(({ path }) => path.startsWith('/git/lab/api/')));
      assert.ok(build?.webUrl?.startsWith(`${fake.url}/group/sub.project/`), build?.webUrl);
    });

    it(`follows page after page on ${profile} if GitLab uses another URL for itself`, async () => {
      await start(profile, { externalUrl: 'http://gitlab.invalid/elsewhere' });
      const many = manyBuilds(fake.world, 250);
      const builds = await list(many.project.path, many.sha);
      assert.equal(builds.length, 250);
      const recent = await client.builds.recent(many.project.path, undefined, signal);
      assert.equal(recent.length, 100);
      assert.ok(
        builds.every(({ webUrl }) => webUrl?.startsWith(fake.url)),
        builds[0]?.webUrl,
      );
    });
  }

  it("reads a list to its end on 15.9 if that doesn't say how long it is, which starts at 10,001 rows", async () => {
    await start('15.9');
    const many = manyBuilds(fake.world, 10_001);
    fake.faults = [{ when: ({ path }) => path.includes('/graphql'), answer: { status: 404 } }];
    assert.equal(new Set((await list(many.project.path, many.sha)).map(({ id }) => id)).size, 10_001);
  });
});

describe('GitLabClient and a project that has moved', () => {
  let fake: FakeGitLab;
  let small: SmallProject;
  let client: GitLabClient;
  const before = 'group/sub.project';
  const after = 'other/group/place';
  const start = async (profile: ProfileName) => {
    fake = await startGitLab({ profile });
    small = smallProject(fake.world, { path: before });
    client = clientOf(fake, { apiVersion: 'auto' });
  };
  const move = () => fake.world.moveProject(small.project, after);
  const act = (path: string, id: number) => client.act(path, id, 'retry', signal);

  afterEach(() => fake.close());

  for (const profile of ways) {
    it(`lists and acts by its ID on ${profile} if it moves in the meantime`, async () => {
      await start(profile);
      assert.equal((await buildsAt(client, before, small.sha)).length, 7);
      move();
      const [first] = await buildsAt(client, before, small.sha);
      assert.equal(first?.name, 'compile');
      const again = await act(before, small.builds.lint.id);
      assert.notEqual(again.id, small.builds.lint.id);
      const { body } = await client.artifacts.archive(before, small.builds.compile.id, signal);
      assert.ok((await bytesOf(body)).length > 0);
    });

    it(`finds it by its new path on ${profile}`, async () => {
      await start(profile);
      move();
      assert.equal((await buildsAt(client, after, small.sha)).length, 7);
    });
  }

  it('finds it by its old path with nothing cached on 18.9, which redirects', async () => {
    await start('18.9');
    move();
    assert.equal((await buildsAt(client, before, small.sha)).length, 7);
    const { id } = await act(before, small.builds.lint.id);
    assert.notEqual(id, small.builds.lint.id);
    const [build] = await buildsAt(client, before, small.sha);
    assert.ok(build?.webUrl?.startsWith(`${fake.url}/${after}/`), build?.webUrl);
  });

  it('acts on it by its old path with nothing cached on 18.9, which redirects only GET', async () => {
    await start('18.9');
    move();
    const { id } = await act(before, small.builds.lint.id);
    assert.notEqual(id, small.builds.lint.id);
    const posts = fake.requests.filter(({ method }) => method === 'POST');
    assert.deepEqual(
      posts.map(({ path }) => path),
      [`/api/v4/projects/${small.project.id}/jobs/${small.builds.lint.id}/retry`],
    );
  });

  it('says of its old path with nothing cached that there is no such project on 15.9', async () => {
    await start('15.9');
    move();
    const { kind, reason } = await failureOf(buildsAt(client, before, small.sha));
    assert.deepEqual([kind, reason], ['notFound', '404 Project Not Found']);
  });

  it('neither follows a move to another host nor sends the token there', async () => {
    await start('18.9');
    const other = await startGitLab({ profile: '18.9' });
    try {
      const Location = `${other.url}/api/v4/projects/1`;
      fake.faults = [
        { when: ({ path }) => path.includes('sub.project'), answer: { status: 301, headers: { Location } } },
      ];
      const { kind, reason } = await failureOf(buildsAt(client, before, small.sha));
      assert.deepEqual([kind, reason], ['notGitLab', `a redirect to ${other.url}`]);
      assert.deepEqual(other.requests, []);
    } finally {
      await other.close();
    }
  });
});

describe('GitLabClient at a wrong base URL', () => {
  const tokens = { good: undefined, bad: 'no-such-token' } as const;

  for (const profile of profileNames)
    for (const [name, token] of Object.entries(tokens)) {
      it(`says that ${profile} is not at its host's root, with a ${name} token`, async () => {
        const fake = await startGitLab({ profile, root: '/git' });
        try {
          const { origin, host } = new URL(fake.url);
          const client = clientOf({ url: origin }, { apiVersion: 'auto', ...(token === undefined ? {} : { token }) });
          const failure = await failureOf(client.user(signal));
          assert.deepEqual([failure.kind, failure.url, failure.host], ['noGitLab', origin, host]);
        } finally {
          await fake.close();
        }
      });

      it(`says that ${profile} is not below a path that doesn't exist there, with a ${name} token`, async () => {
        const fake = await startGitLab({ profile });
        try {
          smallProject(fake.world);
          const url = `${fake.url}/git`;
          const client = clientOf({ url }, { apiVersion: 'auto', ...(token === undefined ? {} : { token }) });
          const failure = await failureOf(client.user(signal));
          assert.deepEqual([failure.kind, failure.url], ['noGitLab', url]);
        } finally {
          await fake.close();
        }
      });
    }

  it('says the same of any other server', async () => {
    const answers = { 404: 'text/plain', 200: 'application/json' } as const;
    for (const [status, type] of Object.entries(answers)) {
      const other = await listen((_request, response) => {
        response.writeHead(Number(status), { 'content-type': type }).end('{}');
      });
      try {
        const failure = await failureOf(clientOf(other, { apiVersion: 'auto' }).listing('a/b', { sha: 'c' }, signal));
        assert.equal(failure.kind, status === '404' ? 'noGitLab' : 'invalidAnswer');
      } finally {
        await other.close();
      }
    }
  });
});

describe("GitLabClient behind a server that responds in GitLab's place", () => {
  let fake: FakeGitLab;
  /** Where one signs in before anything goes on to GitLab. */
  let sso: Listening;
  let small: SmallProject;
  let client: GitLabClient;
  const start = async (profile: ProfileName) => {
    fake = await startGitLab({ profile });
    small = smallProject(fake.world);
    client = clientOf(fake, { apiVersion: 'auto' });
    sso = await listen((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><form>Who are you?</form></html>');
    });
  };
  afterEach(async () => {
    await fake.close();
    await sso.close();
  });

  const basic: Fault = {
    answer: { status: 401, headers: { 'Content-Type': 'text/html', 'WWW-Authenticate': 'Basic' }, body: '<html>' },
  };
  const obstacles: readonly (readonly [string, () => Fault, RegExp | undefined])[] = [
    ['an HTML page', htmlPage, /no JSON/],
    [
      'a redirect to another host',
      () => ({ answer: { status: 302, headers: { Location: sso.url } } }),
      /a redirect to http/,
    ],
    ['an HTML page that asks for a password', () => basic, undefined],
    [
      'a page that asks to sign in to the network',
      () => ({ answer: { status: 511, headers: { 'Content-Type': 'text/html' }, body: '<html>' } }),
      undefined,
    ],
  ];

  for (const profile of ['8.5', '18.9'] as const)
    for (const [what, fault, reason] of obstacles) {
      it(`says that ${what} is not GitLab's API, with nothing cached, on ${profile}`, async () => {
        await start(profile);
        fake.faults = [fault()];
        const failure = await failureOf(buildsAt(client, small.project.path, small.sha));
        assert.equal(failure.kind, 'notGitLab');
        if (reason !== undefined) assert.match(failure.reason ?? '', reason);
      });

      it(`takes ${what} for a failure, whatever is requested, on ${profile}`, async () => {
        await start(profile);
        await buildsAt(client, small.project.path, small.sha);
        fake.faults = [fault()];
        const { path } = small.project;
        const { id } = small.builds.compile;
        const asked = [
          buildsAt(client, path, small.sha),
          client.build(path, id, signal),
          client.builds.recent(path, undefined, signal),
          client.act(path, id, 'retry', signal),
          client.artifacts.archive(path, id, signal),
          client.user(signal),
        ];
        for (const failure of await Promise.all(asked.map(failureOf))) assert.equal(failure.kind, 'notGitLab');
        fake.faults = [];
        assert.equal((await buildsAt(client, path, small.sha)).length, 7);
      });
    }

  it('says that there is no GitLab if every request leads to a GitLab sign-in page', async () => {
    await start('18.9');
    fake.faults = [signInRedirect(fake.url)];
    assert.equal((await failureOf(client.user(signal))).kind, 'noGitLab');
  });

  const sends = (location: string): Fault => ({ answer: { status: 302, headers: { Location: location } } });
  for (const profile of ['8.5', '18.9'] as const)
    for (const [what, fault] of [
      ['its own sign-in page', () => signInRedirect(fake.url)],
      ['a single sign-on', () => sends(sso.url)],
      ['an HTML page', htmlPage],
    ] as const)
      it(`does not say of ${profile} that the address is wrong if ${what} has been responding only since a moment ago`, async () => {
        await start(profile);
        await buildsAt(client, small.project.path, small.sha);
        fake.faults = [fault()];
        // Each time, not just at first.
        for (let round = 0; round < 3; round += 1) {
          const { kind, wasGitLab } = await failureOf(buildsAt(client, small.project.path, small.sha));
          assert.deepEqual([kind, wasGitLab], ['notGitLab', true]);
        }
        fake.faults = [];
        assert.equal((await buildsAt(client, small.project.path, small.sha)).length, 7);
      });

  for (const profile of ['8.5', '13.9', '18.9'] as const)
    it(`sends few requests to ${profile} if all requests are redirected in a loop`, async () => {
      await start(profile);
      fake.faults = [sends('/gate')];
      const { kind, reason } = await failureOf(buildsAt(client, small.project.path, small.sha));
      assert.deepEqual([kind, reason], ['notGitLab', 'a redirect loop']);
      assert.ok(fake.requests.length <= 4, `${fake.requests.length} requests from cold`);
      fake.faults = [];
      await buildsAt(client, small.project.path, small.sha);
      fake.faults = [sends('/gate')];
      const before = fake.requests.length;
      assert.equal((await failureOf(buildsAt(client, small.project.path, small.sha))).reason, 'a redirect loop');
      assert.ok(fake.requests.length - before <= 10, `${fake.requests.length - before} requests when known`);
    });

  for (const profile of ['8.5', '18.9'] as const)
    for (const [how, fault] of [
      ['redirects to its root page', () => readOnlyRedirect(fake.url)],
      ['says so', readOnlyInstance],
    ] as const)
      it(`does not detect ${profile} again if it accepts no changes and ${how}`, async () => {
        await start(profile);
        await buildsAt(client, small.project.path, small.sha);
        fake.faults = [fault()];
        const before = fake.requests.length;
        const { id } = small.builds.lint;
        const failure = await failureOf(client.act(small.project.path, id, 'retry', signal));
        assert.ok(failure.kind === 'server' || failure.kind === 'forbidden', failure.kind);
        assert.equal(fake.requests.length, before + 1);
      });

  it('accepts a GitLab that hides its version, and determines its API', async () => {
    await start('18.9');
    fake.faults = [{ when: ({ path }) => path === '/api/v4/version', answer: { status: 404 } }];
    assert.equal((await buildsAt(client, small.project.path, small.sha)).length, 7);
    assert.deepEqual(client.server, { api: 'v4', version: undefined });
  });
});
