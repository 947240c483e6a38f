import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { ask, type Ask, outcome, type Reply, rowOf, rowsOf } from './ask';
import { withGitLab } from './each';
import { smallProject, type SmallProject } from './scenarios';
import { type FakeGitLab, startGitLab } from './server';
import { writeSparseZip } from './sparseZip';
import { mark, trafficOf } from './traffic';

const content = Buffer.from('0123456789'.repeat(30_000));

describe('Artifacts of the fake GitLab', () => {
  let fake: FakeGitLab;
  let small: SmallProject;
  let id: number;
  const download = (options?: Ask): Promise<Reply> =>
    ask(`${fake.url}/api/v3/projects/1/builds/${id}/artifacts`, options);
  const range = (value: string, headers: Ask['headers'] = {}): Promise<Reply> =>
    download({ headers: { Range: value, ...headers } });

  beforeEach(async () => {
    fake = await startGitLab();
    small = smallProject(fake.world);
    const artifacts = { filename: 'all of it.zip', content };
    id = fake.world.addBuild(small.project, { sha: small.sha, name: 'big', status: 'success', artifacts }).id;
  });
  afterEach(() => fake.close());

  it('are a real zip file, of the announced size', async () => {
    id = small.builds.compile.id;
    const { bytes } = await download();
    const row = rowOf(await ask(`${fake.url}/api/v3/projects/1/builds/${id}`));
    assert.deepEqual(row['artifacts_file'], { filename: 'artifacts.zip', size: bytes.length });
    assert.deepEqual(unzip(bytes), { 'bin/app': 'an executable\n', 'doc/notes.txt': 'Notes.\n' });
  });

  it('arrive whole with the headers of 8.5', async () => {
    const { status, headers, bytes } = await download();
    assert.equal(status, 200);
    assert.ok(bytes.equals(content));
    assert.equal(headers['content-length'], String(content.length));
    assert.equal(headers['content-type'], 'application/octet-stream');
    assert.equal(headers['content-disposition'], 'attachment; filename=all of it.zip');
    assert.equal(headers['content-transfer-encoding'], 'binary');
    assert.equal(headers['accept-ranges'], 'bytes');
    assert.ok(!Number.isNaN(Date.parse(String(headers['last-modified']))));
    assert.equal(headers.etag, undefined);
  });

  it('may have any name, from which characters that end a header are removed, but not in the JSON', async () => {
    const filename = '../ünïcode\r\nX-Evil: 1.zip';
    fake.world.update({ id }, { artifacts: { filename, content } });
    const { headers } = await download();
    assert.equal(headers['x-evil'], undefined);
    const disposition = Buffer.from(String(headers['content-disposition']), 'latin1').toString();
    assert.equal(disposition, 'attachment; filename=../ünïcodeX-Evil: 1.zip');
    const row = rowOf(await ask(`${fake.url}/api/v3/projects/1/builds/${id}`));
    assert.deepEqual(row['artifacts_file'], { filename, size: content.length });
  });

  it('may be on disk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'artifacts-'));
    try {
      const path = join(folder, 'artifacts.bin');
      writeFileSync(path, content);
      fake.world.update({ id }, { artifacts: { filename: 'disk.zip', path } });
      assert.ok((await download()).bytes.equals(content));
      assert.ok((await range('bytes=5-9')).bytes.equals(content.subarray(5, 10)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are 404 if there are none', async () => {
    id = small.builds.lint.id;
    const { status, text } = await download();
    assert.deepEqual([status, text], [404, '{"message":"404 Not Found"}']);
  });

  describe('ranges', () => {
    it('return a part from the start, from the middle and from the end', async () => {
      const cases = {
        'bytes=0-3': [0, 4],
        'bytes=299990-': [299_990, 300_000],
        'bytes=-4': [299_996, 300_000],
      } as const;
      for (const [asked, [start, end]] of Object.entries(cases)) {
        const { status, headers, bytes } = await range(asked);
        assert.deepEqual([status, headers['content-range']], [206, `bytes ${start}-${end - 1}/300000`]);
        assert.ok(bytes.equals(content.subarray(start, end)));
      }
    });

    it('past the end are 416', async () => {
      const { status, headers } = await range('bytes=300000-');
      assert.deepEqual([status, headers['content-range']], [416, 'bytes */300000']);
    });

    it('are valid only while the file is unchanged', async () => {
      const lastModified = String((await download()).headers['last-modified']);
      assert.equal((await range('bytes=0-3', { 'If-Range': lastModified })).status, 206);
      assert.equal((await range('bytes=0-3', { 'If-Range': new Date(0).toUTCString() })).status, 200);
    });
  });

  it('are 304 if they have not changed', async () => {
    const since = String((await download()).headers['last-modified']);
    assert.equal((await download({ headers: { 'If-Modified-Since': since } })).status, 304);
    assert.equal((await download({ headers: { 'If-Modified-Since': new Date(0).toUTCString() } })).status, 200);
  });

  describe('in an object storage', () => {
    let remote: FakeGitLab;
    let location: string;
    beforeEach(async () => {
      remote = await startGitLab({ artifacts: 'redirect' });
      const { builds } = smallProject(remote.world);
      const url = `${remote.url}/api/v3/projects/1/builds/${builds.compile.id}/artifacts`;
      const { status, headers, text } = await ask(url);
      location = String(headers.location);
      assert.equal(status, 302);
      assert.equal(headers['content-type'], 'text/plain');
      assert.equal(headers['cache-control'], 'no-cache');
      assert.equal(text, `This resource has been moved temporarily to ${location}.`);
      assert.equal((await ask(url, { method: 'HEAD' })).status, 303);
    });
    afterEach(() => remote.close());

    it('are on another origin, which needs no token', async () => {
      assert.notEqual(new URL(location).origin, new URL(remote.url).origin);
      assert.equal(new URL(location).origin, remote.storage.url);
      const { status, bytes } = await ask(location, { token: null });
      assert.equal(status, 200);
      assert.deepEqual(Object.keys(unzip(bytes)), ['bin/app', 'doc/notes.txt']);
      assert.equal((await ask(location, { token: null, headers: { Range: 'bytes=0-1' } })).text, 'PK');
    });

    it('show which headers reached them', async () => {
      await ask(location, { token: 'leaked' });
      assert.equal(remote.storage.requests.at(-1)?.headers['private-token'], 'leaked');
    });

    it('are refused with a wrong signature, and with an additional credential', async () => {
      assert.equal((await ask(location.replace(/.$/, 'x'), { token: null })).status, 403);
      assert.equal((await ask(location, { token: null, headers: { Authorization: 'Bearer x' } })).status, 400);
    });

    it('have a strong ETag, which ties a part to its file', async () => {
      const { headers } = await ask(location, { token: null });
      const { etag = '' } = headers;
      assert.match(etag, /^"[0-9a-f]+"$/);
      const part = (ifRange: string): Promise<Reply> =>
        ask(location, { token: null, headers: { Range: 'bytes=0-1', 'If-Range': ifRange } });
      assert.deepEqual([(await part(etag)).status, (await part('"other"')).status], [206, 200]);
      remote.world.update({ id: 4 }, { artifacts: { filename: 'artifacts.zip', content } });
      assert.notEqual((await ask(location, { token: null })).headers.etag, etag);
    });

    it('can be made to fail as GitLab can', async () => {
      remote.storage.faults = [{ answer: { status: 503 } }];
      assert.equal((await ask(location, { token: null })).status, 503);
    });
  });
});

describe('Artifacts of the fake GitLab, stored elsewhere,', () => {
  it('have URLs that are valid as long as they say', async () => {
    let now = Date.UTC(2026, 1, 13);
    await withGitLab({ artifacts: 'redirect', signedSeconds: 60, now: () => now }, async (fake) => {
      const { builds } = smallProject(fake.world);
      const { headers } = await ask(`${fake.url}/api/v3/projects/1/builds/${builds.compile.id}/artifacts`);
      const location = String(headers.location);
      assert.match(location, /X-Amz-Date=20260213T000000Z&X-Amz-Expires=60&/);
      now += 59_999;
      assert.equal((await ask(location, { token: null })).status, 200);
      now += 1;
      const { status, text } = await ask(location, { token: null });
      assert.deepEqual([status, /<Code>(\w+)</.exec(text)?.[1]], [403, 'AccessDenied']);
      const longer = location.replace('Expires=60', 'Expires=6000');
      assert.match((await ask(longer, { token: null })).text, /SignatureDoesNotMatch/);
    });
  });

  it('arrive whole if an intermediary drops ranges', async () => {
    for (const artifacts of ['direct', 'redirect'] as const)
      await withGitLab({ artifacts, ranges: 'dropped' }, async (fake) => {
        const { builds } = smallProject(fake.world);
        const headers = { Range: 'bytes=0-1' };
        const url = `${fake.url}/api/v3/projects/1/builds/${builds.compile.id}/artifacts`;
        const first = await ask(url, { headers });
        const last =
          artifacts === 'direct' ? first : await ask(String(first.headers.location), { token: null, headers });
        assert.deepEqual([last.status, last.bytes.length], [200, builds.compile.artifacts?.size]);
      });
  });

  it('are listed page by page', () =>
    withGitLab({ profile: '18.9' }, async (fake) => {
      const { project, sha, builds } = smallProject(fake.world);
      const files = { 'a/b/c.txt': 'c', 'a/d.txt': 'dd', 'e.txt': '' };
      const init = { sha, name: 'listed', status: 'success', artifacts: { filename: 'a.zip', files } };
      const { id } = fake.world.addBuild(project, init);
      const tree = (query: string, build = id): Promise<Reply> =>
        ask(`${fake.url}/api/v4/projects/1/jobs/${build}/artifacts/tree${query}`);
      const paths = async (query: string): Promise<readonly unknown[]> =>
        rowsOf(await tree(query)).map((row) => row['path']);
      assert.deepEqual(await paths(''), ['a/', 'e.txt']);
      assert.deepEqual(await paths('?path=a'), ['a/b/', 'a/d.txt']);
      assert.deepEqual(await paths('?recursive=true'), ['a/', 'a/b/', 'a/b/c.txt', 'a/d.txt', 'e.txt']);
      assert.deepEqual(await paths('?recursive=true&per_page=2&page=2'), ['a/b/c.txt', 'a/d.txt']);
      assert.equal((await tree('?recursive=true&per_page=2')).headers['x-total'], '5');
      assert.deepEqual(outcome(await tree('?path=x')), [404, { message: '404 Path Not Found' }]);
      assert.deepEqual(outcome(await tree('', builds.lint.id)), [404, { message: '404 Artifacts Not Found' }]);
    }));

  it('may be large without using the disk, and are counted when they arrive', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'artifacts-'));
    try {
      const path = join(folder, 'sparse.zip');
      const { size } = await writeSparseZip(path, { entries: 3, bytesEach: 50_000, nameOf: (index) => `${index}.bin` });
      await withGitLab({ artifacts: 'redirect' }, async (fake) => {
        const { project, sha } = smallProject(fake.world);
        const init = { sha, name: 'long', status: 'success', artifacts: { filename: 'a.zip', path } };
        const { id } = fake.world.addBuild(project, init);
        await ask(`${fake.url}/api/v3/user`);
        const from = mark(fake);
        const { headers } = await ask(`${fake.url}/api/v3/projects/1/builds/${id}/artifacts`);
        const { bytes } = await ask(String(headers.location), { token: null });
        assert.equal(bytes.length, size);
        const zeros = Object.fromEntries([0, 1, 2].map((index) => [`${index}.bin`, '\0'.repeat(50_000)]));
        assert.deepEqual(unzip(bytes), zeros);
        const { archive, api, storage } = trafficOf(fake, from);
        assert.deepEqual([archive.requests, api.requests, storage], [1, 0, { requests: 1, bytes: size }]);
        assert.equal(trafficOf(fake).api.requests, 1);
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** Reads a zip file by its central directory. */
function unzip(bytes: Buffer): Readonly<Record<string, string>> {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const files: Record<string, string> = {};
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [compressed, nameLength, extraLength] = [
      bytes.readUInt32LE(at + 20),
      bytes.readUInt16LE(at + 28),
      bytes.readUInt16LE(at + 30),
    ];
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(start, start + compressed);
    files[name] = (bytes.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed)).toString();
    at += 46 + nameLength + extraLength + bytes.readUInt16LE(at + 32);
  }
  return files;
}
