import assert from 'node:assert/strict';
import { ask, outcome, type Row, rowOf, rowsOf } from './ask';
import { spoken, withGitLab } from './each';
import { manyBuilds, smallProject } from './scenarios';
import { type Keys, keys } from './profiles/keys';

function names(value: unknown): string {
  return Object.keys(value as object).join(' ');
}

/** Without those that are left out when there is nothing to tell. */
function without(all: readonly string[], ...absent: readonly string[]): string {
  return all.filter((key) => !absent.includes(key)).join(' ');
}

describe('The builds of each version', () => {
  for (const { name, version, api } of spoken) {
    const url = (base: string, rest: string): string => `${base}/api/${version}/projects/1/${api.noun}s${rest}`;

    it(`have their keys in order on ${name} ${version}, and omit those without a value`, () =>
      withGitLab({ profile: name }, async (fake) => {
        const { builds } = smallProject(fake.world);
        const full = rowOf(await ask(url(fake.url, `/${builds.compile.id}`)));
        assert.equal(names(full), without(api.keys.build, 'failure_reason'));
        assert.equal(names(full['user']), api.keys.user.join(' '));
        assert.equal(names(full['commit']), api.keys.commit.join(' '));
        assert.equal(names(full['runner']), api.keys.runner.join(' '));
        const plain = rowOf(await ask(url(fake.url, `/${builds.lint.id}`)));
        assert.equal(names(plain), without(api.keys.build, 'artifacts_file', 'failure_reason'));
        const failed = rowOf(await ask(url(fake.url, `/${builds.firstRspec.id}`)));
        assert.equal('failure_reason' in failed, api.keys.build.includes('failure_reason'));
        const pipeline = full['pipeline'] as Row | undefined;
        if (pipeline) assert.equal(names(pipeline), api.keys.pipelineOfBuild.join(' '));
      }));

    it(`hide expired artifacts on ${name} ${version}, if builds know about expiration`, () =>
      withGitLab({ profile: name }, async (fake) => {
        const { builds } = smallProject(fake.world);
        fake.world.update(builds.compile, { artifactsExpireAtMs: 1000 });
        const row = rowOf(await ask(url(fake.url, `/${builds.compile.id}`)));
        assert.equal('artifacts_file' in row, name === '8.5');
        if (name !== '8.4') assert.equal((await ask(url(fake.url, `/${builds.compile.id}/artifacts`))).status, 200);
      }));

    it(`are reported missing in the words of ${name} ${version}`, () =>
      withGitLab({ profile: name }, async (fake) => {
        smallProject(fake.world);
        const isModern = version === 'v4' && !['8.17', '9.0'].includes(name);
        assert.deepEqual(outcome(await ask(url(fake.url, '/999'))), [
          404,
          { message: isModern ? '404 Not found' : '404 Not Found' },
        ]);
        const bad = ['8.4', '8.5', '8.9', '8.10', '8.13'].includes(name)
          ? [404, { message: '404 Not Found' }]
          : [400, { error: `${api.noun}_id is invalid` }];
        assert.deepEqual(outcome(await ask(url(fake.url, '/x1'))), bad);
      }));

    for (const count of [1, 101]) {
      it(`are ${count} on a commit of ${name} ${version}`, () =>
        withGitLab({ profile: name }, async (fake) => {
          const { sha, project } = manyBuilds(fake.world, count);
          const path = api.routes.includes('commitBuilds')
            ? `repository/commits/${sha}/builds`
            : `pipelines/${fake.world.pipelines(project)[0]!.id}/jobs`;
          const list = `${fake.url}/api/${version}/projects/1/${path}?per_page=100&page=`;
          const pages = await Promise.all([1, 2].map(async (page) => rowsOf(await ask(`${list}${page}`))));
          assert.deepEqual(
            pages.map(({ length }) => length),
            [Math.min(count, 100), Math.max(count - 100, 0)],
          );
        }));
    }
  }

  it('have growing sets of keys: each name is defined in only one place', () => {
    for (const set of Object.values<Keys>(keys)) {
      for (const list of Object.values<readonly string[]>({ ...set }))
        assert.equal(new Set<string>(list).size, list.length, String(list));
    }
  });

  it('that run have a longer duration at every request, since 10.2', () => {
    let now = Date.parse('2024-05-14T11:00:00Z');
    return withGitLab({ profile: '10.8', now: () => now }, async (fake) => {
      const { builds } = smallProject(fake.world);
      const asked = async (): Promise<unknown> =>
        rowOf(await ask(`${fake.url}/api/v4/projects/1/jobs/${builds.long.id}`))['duration'];
      const before = Number(await asked());
      now += 20;
      assert.ok(Number(await asked()) > before);
    });
  });

  it('have log, metadata and reports among their artifacts on 13.4 and later', () =>
    withGitLab({ profile: '13.4' }, async (fake) => {
      const { builds } = smallProject(fake.world);
      const types = async (id: number): Promise<readonly unknown[]> =>
        (rowOf(await ask(`${fake.url}/api/v4/projects/1/jobs/${id}`))['artifacts'] as readonly Row[]).map(
          (each) => each['file_type'],
        );
      assert.deepEqual(await types(builds.compile.id), ['archive', 'metadata', 'trace']);
      assert.deepEqual(await types(builds.firstRspec.id), ['trace']);
      assert.deepEqual(await types(builds.long.id), []);
      const report = { fileType: 'junit', filename: 'junit.xml.gz', format: 'gzip', size: 9 } as const;
      fake.world.update(builds.lint, { reports: [report] });
      assert.deepEqual(await types(builds.lint.id), ['junit']);
    }));

  it('contain their user’s local time since 15.9, so the body changes although the builds don’t', async () => {
    let now = Date.parse('2026-03-01T12:00:59.000Z');
    await withGitLab({ profile: '18.9', now: () => now }, async (fake) => {
      const { builds } = smallProject(fake.world);
      const look = (): Promise<Awaited<ReturnType<typeof ask>>> =>
        ask(`${fake.url}/api/v4/projects/1/jobs/${builds.compile.id}`);
      const before = await look();
      assert.equal((await look()).headers.etag, before.headers.etag);
      assert.match(String(before.headers.etag), /^W\/"[0-9a-f]{32}"$/);
      now += 60_000;
      const after = await look();
      assert.notEqual(after.headers.etag, before.headers.etag);
      assert.equal((rowOf(after)['user'] as Row)['local_time'], '12:01 PM');
    });
  });
});
