import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';
import { readJUnit } from '../../src/core/artifacts/tests/junit';
import type { TestReport } from '../../src/core/artifacts/tests/testReport';
import { filesOf } from '../demo/files';
import type { ArchiveInit } from './archive';
import { resultsOfTests, site } from './livingArtifacts';
import { failure } from './livingJobs';

const repository = filesOf({ manual: true, delayed: true, manyPipelines: true });

function content(archive: ArchiveInit, path: string): Buffer {
  assert.ok('files' in archive);
  const file = archive.files[path];
  assert.ok(file !== undefined, `no ${path}`);
  return Buffer.from(file);
}

async function report(fails: boolean): Promise<TestReport> {
  const bytes = content(resultsOfTests(fails), 'report.xml');
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  const read = await readJUnit(pieces());
  assert.ok(read);
  return read;
}

describe('Artifacts of the living project', () => {
  it('contain a failed test that is in its repository, like the log', async () => {
    const { tests, failures, failed, damaged } = await report(true);
    assert.deepEqual([tests, failures, failed.length, damaged], [4, 1, 1, false]);
    const place = /^\.\/(.+?):(\d+):/m.exec(failed[0]?.text ?? '');
    const [, path = '', line = ''] = place ?? [];
    const source = repository[path]?.split('\n')[Number(line) - 1]?.trim() ?? 'no such line';
    assert.ok(failed[0]?.text?.includes(source), source);
    assert.ok(failure.includes(source) && failure.includes(`${path}:${line}`));
  });

  it('contain no failed test once the build is retried', async () => {
    const { tests, failures, damaged } = await report(false);
    assert.deepEqual([tests, failures, damaged], [4, 0, false]);
  });

  it('contain a page, and a picture that can be shown', () => {
    assert.match(content(site, 'public/index.html').toString(), /<img src="images\/loaf.png"/);
    const png = content(site, 'public/images/loaf.png');
    assert.equal(png.toString('latin1', 0, 8), '\x89PNG\r\n\x1a\n');
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
    const length = png.readUInt32BE(33);
    assert.equal(inflateSync(png.subarray(41, 41 + length)).length, height * (width * 3 + 1));
  });
});
