import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArtifacts } from '../../../../src/core/artifacts/archive/browse';
import { inMemory } from '../../../../src/core/artifacts/archive/remoteArchive';
import { writeSparseZip, type WrittenZip } from '../../../gitlab/sparseZip';
import { mark, trafficOf, type Mark } from '../../../gitlab/traffic';
import { startGitLab, type FakeOptions } from '../../../gitlab/server';
import { Stage } from '../../gitlab/staged';
import { bytesOf, unhurried } from '../../support';

const entries = 10_000;
const bytesEach = 107_000;
const gigabyte = 1024 ** 3;

describe('Artifacts of a gigabyte, with ten thousand files', () => {
  let folder: string;
  let path: string;
  let written: WrittenZip;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gitlab-builds-big-'));
    path = join(folder, 'artifacts.zip');
    written = await writeSparseZip(path, { entries, bytesEach });
    assert.ok(written.size > gigabyte * 0.99);
  });
  after(() => rm(folder, { recursive: true }));

  /** What it takes to list them, and then to open one of them. */
  async function cost(options: FakeOptions) {
    const fake = await startGitLab({ profile: '15.9', ...options });
    try {
      const stage = new Stage('15.9', fake);
      const { id } = stage.add({ status: 'success', artifacts: { filename: 'artifacts.zip', path } });
      const [{ client }, project] = [stage, stage.small.project.path];
      const { artifacts } = await client.build(project, id, unhurried());
      const taken = (from: Mark) => {
        const { archive, storage } = trafficOf(fake, from);
        return { requests: archive.requests + storage.requests, bytes: archive.bytes + storage.bytes };
      };
      let downloads = 0;
      const start = mark(fake);
      const archive = await openArtifacts(
        {
          size: artifacts?.size,
          ask: (range, validator, signal) => client.artifacts.archive(project, id, signal, { range, validator }),
          tree: (signal) => client.artifacts.tree(project, id, signal),
          entry: (entry, signal) => client.artifacts.entry(project, id, entry, signal),
          download: async () => {
            downloads += 1;
            return inMemory(Buffer.from('UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==', 'base64'));
          },
        },
        unhurried(),
      );
      const listed = taken(start);
      const file = archive.entries[5000];
      const before = mark(fake);
      const opened = file === undefined ? Buffer.alloc(0) : await bytesOf(archive.open(file, unhurried()));
      return { archive, listed, file, opened, one: taken(before), downloads };
    } finally {
      await fake.close();
    }
  }

  for (const artifacts of ['direct', 'redirect'] as const) {
    it(`are listed with three requests at most, and opened with one, ${artifacts}`, async () => {
      const { archive, listed, file, opened, one } = await cost({ artifacts });
      assert.deepEqual([archive.via, archive.entries.length], ['range', entries]);
      assert.deepEqual([file?.path, file?.size], ['folder 50/file 5000.bin', bytesEach]);
      assert.ok(listed.requests <= 3, String(listed.requests));
      const directory = written.size - written.directoryAt;
      assert.ok(listed.bytes <= directory + 65_536, `${listed.bytes} of ${directory}`);
      assert.ok(opened.equals(Buffer.alloc(bytesEach)));
      assert.equal(one.requests, 1);
      assert.ok(one.bytes < bytesEach + 1000, String(one.bytes));
    });
  }

  for (const artifacts of ['direct', 'redirect'] as const) {
    it(`are not loaded only to be thrown away if ranges are not supported, ${artifacts}`, async () => {
      const { archive, listed, downloads } = await cost({ artifacts, ranges: 'dropped' });
      assert.deepEqual([archive.via, downloads], ['download', 1]);
      // What was under way when the connection was closed.
      assert.ok(listed.bytes < gigabyte / 50, String(listed.bytes));
    });
  }
});
