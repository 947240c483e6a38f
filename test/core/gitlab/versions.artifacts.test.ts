import assert from 'node:assert/strict';
import { profileNames } from '../../gitlab/profiles/profiles';
import { developerToken, reporterToken, strangerToken } from '../../gitlab/seed';
import { bytesOf, failureOf, unhurried } from '../support';
import { onEach, refusal, type Stage } from './staged';

/** 8.4 has no artifacts in its API. */
const withArtifacts = profileNames.slice(1);
const download = ({ client, small }: Stage, id: number, by = client) =>
  by.artifacts(small.project.path, id, unhurried());
const redirected = { artifacts: 'redirect' } as const;

describe('Artifacts, whatever the version', () => {
  onEach(
    'are missing, which is told',
    async (stage) => {
      const [kind, status] = await refusal(download(stage, stage.small.builds.compile.id));
      assert.deepEqual([kind, status], ['unsupported', 404]);
      assert.equal((await stage.row(stage.small.builds.compile.id)).artifacts, undefined);
    },
    ['8.4'],
  );

  onEach(
    'come straight from GitLab, as many bytes as the list says',
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
    'that are not there are not found',
    async (stage) => {
      assert.deepEqual(await refusal(download(stage, stage.small.builds.lint.id)), ['notFound', 404, '404 Not Found']);
      const [kind, status] = await refusal(download(stage, 4711));
      assert.deepEqual([kind, status], ['notFound', 404]);
    },
    withArtifacts,
  );

  onEach(
    'that were erased are not found, nor shown',
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
    'that have expired are not shown from 8.9 on, and still come until GitLab has cleared them away',
    async (stage) => {
      const { world } = stage.fake;
      const { id, artifacts } = stage.small.builds.compile;
      world.update({ id }, { artifactsExpireAtMs: world.now() - 60_000 });
      assert.equal((await stage.row(id)).artifacts === undefined, stage.has('8.9'));
      assert.equal((await bytesOf((await download(stage, id)).body)).length, artifacts!.size);
      world.update({ id }, { artifacts: null });
      assert.deepEqual(await refusal(download(stage, id)), ['notFound', 404, '404 Not Found']);
    },
    withArtifacts,
  );

  onEach(
    'whose address at the storage has run out, or leads nowhere, are refused there',
    async (stage) => {
      const { id } = stage.small.builds.compile;
      const { host } = new URL(stage.fake.storage.url);
      const type = { 'Content-Type': 'application/xml' };
      const codes = [
        [403, 'forbidden'],
        [404, 'notFound'],
      ] as const;
      for (const [status, kind] of codes) {
        stage.fake.storage.faults = [{ answer: { status, headers: type, body: '<Error><Code>No</Code></Error>' } }];
        const failure = await failureOf(download(stage, id));
        assert.deepEqual([failure.kind, failure.host, failure.status], [kind, host, status]);
      }
    },
    withArtifacts,
    redirected,
  );

  onEach(
    'are for Reporters too, and for no stranger',
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
