import assert from 'node:assert/strict';
import { profileNames } from '../../gitlab/profiles/profiles';
import { developerToken, reporterToken, strangerToken } from '../../gitlab/seed';
import { bytesOf, failureOf, unhurried } from '../support';
import { onEach, refusal, type Stage } from './staged';

/** 8.4 has no artifacts in its API. */
const withArtifacts = profileNames.slice(1);
const download = ({ client, small }: Stage, id: number, by = client) =>
  by.artifacts.archive(small.project.path, id, unhurried());
const redirected = { artifacts: 'redirect' } as const;

describe('Artifacts, in any version,', () => {
  onEach(
    'are missing, which is reported',
    async (stage) => {
      const [kind, status] = await refusal(download(stage, stage.small.builds.compile.id));
      assert.deepEqual([kind, status], ['unsupported', 404]);
      assert.equal((await stage.row(stage.small.builds.compile.id)).artifacts, undefined);
    },
    ['8.4'],
  );

  onEach(
    'come directly from GitLab, with as many bytes as the list says',
    async (stage) => {
      const { compile, odd } = stage.small.builds;
      for (const { id, artifacts } of [compile, odd]) {
        const shown = (await stage.row(id)).artifacts;
        assert.deepEqual([shown?.filename, shown?.size], [artifacts!.filename, artifacts!.size]);
        const { size, body } = await download(stage, id);
        const bytes = await bytesOf(body);
        assert.deepEqual([size, bytes.length], [artifacts!.size, artifacts!.size]);
        assert.equal(bytes.subarray(0, 2).toString(), 'PK');
      }
      assert.deepEqual(stage.fake.storage.requests, []);
    },
    withArtifacts,
  );

  onEach(
    'come from the object storage, which never sees the token',
    async (stage) => {
      const { id, artifacts } = stage.small.builds.compile;
      const { size, body } = await download(stage, id);
      assert.deepEqual([size, (await bytesOf(body)).length], [artifacts!.size, artifacts!.size]);
      const [asked, ...others] = stage.fake.storage.requests;
      assert.deepEqual(others, []);
      for (const name of ['private-token', 'authorization', 'cookie']) assert.equal(asked?.headers[name], undefined);
      assert.ok(!JSON.stringify([asked?.path, asked?.headers]).includes(developerToken));
      const { headers, status } = stage.fake.requests.at(-1)!;
      assert.deepEqual([headers['private-token'], status], [developerToken, 302]);
    },
    withArtifacts,
    redirected,
  );

  onEach(
    'that do not exist are not found',
    async (stage) => {
      assert.deepEqual(await refusal(download(stage, stage.small.builds.lint.id)), ['notFound', 404, '404 Not Found']);
      const [kind, status] = await refusal(download(stage, 4711));
      assert.deepEqual([kind, status], ['notFound', 404]);
    },
    withArtifacts,
  );

  onEach(
    'that were erased are neither found nor shown',
    async (stage) => {
      const { id } = stage.small.builds.compile;
      await stage.act(id, 'erase');
      assert.equal((await stage.row(id)).artifacts, undefined);
      assert.deepEqual(await refusal(download(stage, id)), ['notFound', 404, '404 Not Found']);
    },
    withArtifacts,
    redirected,
  );

  onEach(
    'that have expired are not shown from 8.9 on, but can be loaded until GitLab has removed them',
    async (stage) => {
      const { world } = stage.fake;
      const { id, artifacts } = stage.small.builds.compile;
      world.update({ id }, { artifactsExpireAtMs: world.now() - 60_000 });
      // GraphQL lists them while they are there.
      assert.equal((await stage.row(id)).artifacts === undefined, stage.has('8.9') && !stage.has('14.0'));
      assert.equal((await bytesOf((await download(stage, id)).body)).length, artifacts!.size);
      world.update({ id }, { artifacts: null });
      assert.deepEqual(await refusal(download(stage, id)), ['notFound', 404, '404 Not Found']);
    },
    withArtifacts,
  );

  onEach(
    'whose signed URL has expired, or leads nowhere, are refused by the storage',
    async (stage) => {
      const { id } = stage.small.builds.compile;
      const { host } = new URL(stage.fake.storage.url);
      const type = { 'Content-Type': 'application/xml' };
      for (const status of [400, 401, 403, 404, 410, 429]) {
        stage.fake.storage.faults = [{ answer: { status, headers: type, body: '<Error><Code>No</Code></Error>' } }];
        assert.deepEqual(await failureOf(download(stage, id)), { kind: 'storage', host, status, reason: 'No' });
      }
      stage.fake.storage.faults = [];
      // Nor is GitLab left alone, because its storage asks for that.
      assert.equal(
        (await bytesOf((await download(stage, id)).body)).length,
        stage.small.builds.compile.artifacts!.size,
      );
    },
    withArtifacts,
    redirected,
  );

  onEach(
    'are available to Reporters too, but not to non-members',
    async (stage) => {
      const { id, artifacts } = stage.small.builds.compile;
      const { body } = await download(stage, id, stage.as(reporterToken));
      assert.equal((await bytesOf(body)).length, artifacts!.size);
      const unseen = await refusal(download(stage, id, stage.as(strangerToken)));
      assert.deepEqual(unseen, ['notFound', 404, '404 Project Not Found']);
    },
    withArtifacts,
    redirected,
  );
});

/** Both ways that an archive may come. */
for (const artifacts of ['direct', 'redirect'] as const) {
  describe(`Artifacts, in any version, ${artifacts}`, () => {
    const options = { artifacts } as const;
    const path = ({ small }: Stage) => small.project.path;

    onEach(
      'come in parts',
      async (stage) => {
        const { id } = stage.small.builds.compile;
        const whole = await bytesOf((await download(stage, id)).body);
        const total = whole.length;
        const cases = [
          [{ start: 3, end: 20 }, 3, 20],
          [{ start: total - 4 }, total - 4, total],
          [{ last: 22 }, total - 22, total],
        ] as const;
        let known: string | undefined;
        for (const [range, start, end] of cases) {
          const part = { range, validator: known };
          const answer = await stage.client.artifacts.archive(path(stage), id, unhurried(), part);
          assert.deepEqual([answer.range, answer.size], [{ start, end, total }, end - start]);
          assert.deepEqual(await bytesOf(answer.body), whole.subarray(start, end));
          known = answer.validator;
          assert.ok(known !== undefined);
        }
      },
      withArtifacts,
      options,
    );

    onEach(
      'that have changed arrive whole',
      async (stage) => {
        const { world } = stage.fake;
        const { id } = stage.small.builds.compile;
        const { validator } = await stage.client.artifacts.archive(path(stage), id, unhurried(), {
          range: { last: 1 },
        });
        const older = { filename: 'artifacts.zip', content: Buffer.from('anew') };
        world.update({ id }, { artifacts: older });
        Object.assign(world.build(id).artifacts!, { modifiedAtMs: world.now() - 3_600_000 });
        const part = { range: { start: 1, end: 2 }, validator };
        const answer = await stage.client.artifacts.archive(path(stage), id, unhurried(), part);
        assert.deepEqual([answer.range, (await bytesOf(answer.body)).toString()], [undefined, 'anew']);
      },
      withArtifacts,
      options,
    );

    onEach(
      'are those of the newest successful pipeline of a branch, from 8.10 on',
      async (stage) => {
        const { world } = stage.fake;
        const { project, sha } = stage.small;
        const latest = (ref: string, job: string) =>
          stage.client.artifacts.latest(path(stage), ref, job, unhurried(), { range: { start: 0, end: 2 } });
        for (const [index, status] of (['success', 'success', 'failed'] as const).entries()) {
          const pipeline = world.addPipeline(project, { sha, ref: 'feature/a b#1' });
          const content = Buffer.from(`${index}${status}`);
          const init = { sha, pipeline, name: 'job & 1/2', artifacts: { filename: 'a.zip', content } };
          world.addBuild(project, { ...init, status });
        }
        if (!stage.has('8.10')) {
          assert.deepEqual((await refusal(latest('feature/a b#1', 'job & 1/2'))).slice(0, 2), ['unsupported', 404]);
          return;
        }
        const { body } = await latest('feature/a b#1', 'job & 1/2');
        assert.equal((await bytesOf(body)).toString(), '1s');
        for (const [ref, job] of [
          ['feature/a b#1', 'other'],
          ['other', 'job & 1/2'],
        ] as const)
          assert.deepEqual((await refusal(latest(ref, job))).slice(0, 2), ['notFound', 404]);
      },
      withArtifacts,
      options,
    );

    onEach(
      'are listed by GitLab from 18.8 on, page by page',
      async (stage) => {
        const files = Object.fromEntries(
          Array.from({ length: 250 }, (_, index) => [`folder ${index % 2}/file ${index}.txt`, String(index)]),
        );
        const { id } = stage.add({ status: 'success', artifacts: { filename: 'many.zip', files } });
        const tree = stage.client.artifacts.tree(path(stage), id, unhurried());
        if (!stage.has('18.8')) {
          assert.equal((await failureOf(tree)).kind, 'unsupported');
          return;
        }
        const entries = await tree;
        assert.deepEqual(
          entries.filter(({ kind }) => kind === 'folder').map((entry) => entry.path),
          ['folder 0', 'folder 1'],
        );
        const file = entries.find((entry) => entry.path === 'folder 1/file 249.txt');
        assert.deepEqual(file, { path: 'folder 1/file 249.txt', kind: 'file', size: 3, flaw: undefined });
        assert.deepEqual(
          [entries.length, stage.fake.requests.filter((one) => one.path.includes('/tree?')).length],
          [252, 3],
        );
      },
      withArtifacts,
      options,
    );

    onEach(
      'can be loaded one by one from 10.0 on, even HTML pages, whatever their names',
      async (stage) => {
        const names = [
          'index.html',
          'a b/c#d.txt',
          'ünï/100%.txt',
          'q?x=1&y',
          'deep/er/a+b;c.json',
          '%2e%2e/x',
          'keep',
        ];
        const files = Object.fromEntries(names.map((name) => [name, `of ${name}`]));
        const { id } = stage.add({ status: 'success', artifacts: { filename: 'odd.zip', files } });
        for (const name of names) {
          const entry = stage.client.artifacts.entry(path(stage), id, name, unhurried());
          if (!stage.has('10.0')) {
            // Up to 8.12 GitLab tells no version, but its API never had it.
            assert.equal((await failureOf(entry)).kind, 'unsupported');
            continue;
          }
          assert.equal((await bytesOf((await entry).body)).toString(), `of ${name}`);
        }
        if (!stage.has('10.0')) return;
        const missing = stage.client.artifacts.entry(path(stage), id, 'none.txt', unhurried());
        assert.deepEqual((await refusal(missing)).slice(0, 2), ['notFound', 404]);
      },
      withArtifacts,
      options,
    );

    onEach(
      'are deleted by a Maintainer from 11.9 on, and the log stays',
      async (stage) => {
        const { world } = stage.fake;
        const { project, builds } = stage.small;
        const { id } = builds.compile;
        world.setRole(project, 'dana', 'master');
        const remove = () => stage.client.artifacts.delete(path(stage), id, unhurried());
        const { denied = [] } = await stage.row(id);
        assert.equal(denied.includes('deleteArtifacts'), !stage.has('11.9'));
        if (!stage.has('11.9')) {
          assert.equal((await failureOf(remove())).kind, 'unsupported');
          assert.ok(!stage.fake.requests.some(({ method }) => method === 'DELETE'));
          return;
        }
        await remove();
        assert.deepEqual((await refusal(download(stage, id))).slice(0, 2), ['notFound', 404]);
        assert.equal((await stage.row(id)).artifacts, undefined);
        assert.ok((await bytesOf((await stage.client.trace(path(stage), id, unhurried())).body)).length > 0);
      },
      withArtifacts,
      options,
    );
  });
}

describe('Artifacts, in any version: their deletion', () => {
  onEach(
    'is denied to a Developer if GitLab provides roles, and otherwise refused by GitLab',
    async (stage) => {
      const { id } = stage.small.builds.compile;
      const { denied = [] } = await stage.row(id);
      assert.equal(denied.includes('deleteArtifacts'), !stage.has('11.9') || stage.has('14.0'));
      const [kind] = await refusal(stage.client.artifacts.delete(stage.small.project.path, id, unhurried()));
      assert.equal(kind, stage.has('11.9') ? 'forbidden' : 'unsupported');
    },
    withArtifacts,
  );
});

describe('Reports, in any version,', () => {
  const report = (fileType: string, filename: string, size: number) =>
    ({ fileType, filename, format: 'gzip', size }) as const;
  const reports = [report('junit', 'junit.xml.gz', 310), report('codequality', 'gl-code-quality.json', 20)];
  const archive = { filename: 'a.zip', files: {} };
  const told = [
    { type: 'codequality', filename: 'gl-code-quality.json', size: 20 },
    { type: 'junit', filename: 'junit.xml.gz', size: 310 },
  ];
  const ended = { status: 'success', trace: 'x', reports } as const;

  onEach('are listed with the archive from 11.3 on, and identically by each API', async (stage) => {
    const { id } = stage.add({ ...ended, artifacts: archive });
    const build = await stage.row(id);
    assert.equal(build.artifacts?.filename, stage.has('8.5') ? 'a.zip' : undefined);
    assert.deepEqual(build.reports, stage.has('13.4') ? told : undefined);
    const alone = await stage.client.build(stage.small.project.path, id, unhurried());
    assert.deepEqual([alone.artifacts?.size, alone.reports], [build.artifacts?.size, build.reports]);
    assert.equal((await stage.row(stage.small.builds.compile.id)).reports, undefined);
  });

  onEach('are listed for a build without an archive, too', async (stage) => {
    const { id } = stage.add(ended);
    for (const build of [await stage.row(id), await stage.client.build(stage.small.project.path, id, unhurried())]) {
      assert.deepEqual(build.reports, stage.has('13.4') ? told : undefined);
      assert.deepEqual([build.artifacts, build.artifactsExpiredAt], [undefined, undefined]);
    }
  });

  onEach('expire as archives do, and are then no longer listed, but their expiration date is', async (stage) => {
    const { world } = stage.fake;
    const artifactsExpireAt = world.now() - 60_000;
    const expiredAt = stage.has('11.0') ? new Date(artifactsExpireAt).toISOString() : undefined;
    for (const artifacts of [undefined, archive]) {
      const { id } = stage.add({ ...ended, artifacts, artifactsExpireAt });
      const alone = await stage.client.build(stage.small.project.path, id, unhurried());
      const isListed = artifacts !== undefined && stage.has('14.0');
      for (const build of isListed ? [alone] : [await stage.row(id), alone])
        if (artifacts === undefined || stage.has('8.9'))
          assert.deepEqual(
            [build.artifacts, build.reports, build.artifactsExpiredAt],
            [undefined, undefined, expiredAt],
          );
      if (!isListed) continue;
      const { artifacts: kept, reports: beside } = await stage.row(id);
      assert.deepEqual([kept?.expireAt, beside], [expiredAt, told]);
    }
  });
});
