import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { RandomAccess } from '../../../../src/core/artifacts/archive/archive';
import { openArtifacts, type ArtifactsPort, type Browsed } from '../../../../src/core/artifacts/archive/browse';
import { ArchiveError } from '../../../../src/core/artifacts/archiveErrors';
import { inMemory } from '../../../../src/core/artifacts/archive/remoteArchive';
import { GitLabError, type FailureKind } from '../../../../src/core/model/errors';
import type { FakeOptions } from '../../../gitlab/server';
import { mark, trafficOf } from '../../../gitlab/traffic';
import { profileNames } from '../../../gitlab/profiles/profiles';
import { onEach, type Stage } from '../../gitlab/staged';
import { rawZip } from '../rawZip';
import { bytesOf, errorOf, unhurried } from '../../support';

/** What does not pack, so that the archive is long. */
function noise(length: number, seed: string): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash('sha256').update(`${seed}${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

const files: Readonly<Record<string, Buffer>> = {
  'bin/app': noise(300_000, 'app'),
  'doc/index.html': Buffer.from('<html>Hello</html>'),
  'doc/ünï code #1.txt': Buffer.from('Notes.'),
  tree: Buffer.from('a file that is called as GitLab’s list is'),
  'empty.txt': Buffer.alloc(0),
};

interface Port extends ArtifactsPort {
  downloads: number;
}

/** As the product makes it of its client. */
function portOf({ client, small }: Stage, id: number, size?: number): Port {
  const { path } = small.project;
  const port: Port = {
    size,
    downloads: 0,
    ask: (range, validator, signal) => client.artifacts.archive(path, id, signal, { range, validator }),
    tree: (signal) => client.artifacts.tree(path, id, signal),
    entry: (entry, signal) => client.artifacts.entry(path, id, entry, signal),
    download: async (signal): Promise<RandomAccess> => {
      port.downloads += 1;
      return inMemory(await bytesOf((await client.artifacts.archive(path, id, signal)).body));
    },
  };
  return port;
}

async function prepared(stage: Stage): Promise<Port> {
  const { id } = stage.add({ status: 'success', artifacts: { filename: 'artifacts.zip', files } });
  await stage.fake.world.settled();
  await stage.client.project(stage.small.project.path, unhurried());
  const { artifacts } = await stage.client.build(stage.small.project.path, id, unhurried());
  return portOf(stage, id, artifacts?.size);
}

async function contentsOf(archive: Browsed): Promise<Readonly<Record<string, Buffer>>> {
  const found: Record<string, Buffer> = {};
  for (const entry of archive.entries.filter(({ kind }) => kind === 'file')) {
    found[entry.path] = await bytesOf(archive.open(entry, unhurried()));
    assert.equal(found[entry.path]?.length, entry.size);
  }
  return found;
}

const withArtifacts = profileNames.slice(1);
const ways: readonly FakeOptions[] = [{ artifacts: 'direct' }, { artifacts: 'redirect' }];

for (const options of ways) {
  describe(`Browsing artifacts, ${options.artifacts}`, () => {
    onEach(
      'are read by their parts',
      async (stage) => {
        const port = await prepared(stage);
        const from = mark(stage.fake);
        const archive = await openArtifacts(port, unhurried());
        const isDirect = options.artifacts === 'direct';
        const listed = trafficOf(stage.fake, from);
        assert.deepEqual([listed.archive.requests, listed.storage.requests], [1, isDirect ? 0 : 1]);
        assert.ok(listed.archive.bytes + listed.storage.bytes < 66_000);
        assert.equal(archive.via, 'range');
        assert.deepEqual(await contentsOf(archive), files);
        const { archive: asked, storage } = trafficOf(stage.fake, from);
        // One entry is before what came with the end.
        assert.deepEqual([asked.requests, storage.requests], isDirect ? [2, 0] : [1, 2]);
        assert.equal(port.downloads, 0);
      },
      withArtifacts,
      options,
    );

    onEach(
      'are listed by GitLab where no parts are to be had, and before 18.8 are downloaded once',
      async (stage) => {
        const port = await prepared(stage);
        const archive = await openArtifacts(port, unhurried());
        assert.equal(archive.via, stage.has('18.8') ? 'tree' : 'download');
        assert.equal(port.downloads, stage.has('18.8') ? 0 : 1);
        assert.deepEqual(await contentsOf(archive), files);
        // That one file has an address that is the list's.
        assert.equal(port.downloads, 1);
      },
      withArtifacts,
      { ...options, ranges: 'dropped' },
    );
  });
}

describe('The way to read artifacts', () => {
  const zip = Buffer.from('UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==', 'base64');
  const refuse = (kind: FailureKind) => (): Promise<never> => Promise.reject(new GitLabError({ kind }));
  const whole = async () => ({ size: 10 ** 9, body: endless() });
  async function* endless(): AsyncGenerator<Uint8Array, void> {
    for (;;) yield Buffer.alloc(10);
  }
  const portWith = (changes: Partial<ArtifactsPort>): ArtifactsPort => ({
    ask: whole,
    tree: refuse('unsupported'),
    entry: refuse('notFound'),
    download: async () => inMemory(zip),
    ...changes,
  });

  it("is a download if GitLab can't list them", async () => {
    for (const kind of ['unsupported', 'notFound', 'refused', 'notGitLab', 'invalidAnswer', 'server'] as const) {
      const archive = await openArtifacts(portWith({ tree: refuse(kind) }), unhurried());
      assert.deepEqual([archive.via, archive.entries], ['download', []]);
    }
  });

  it('is none after any other failure', async () => {
    for (const kind of ['unauthorized', 'forbidden', 'offline', 'timeout', 'rateLimited', 'tls'] as const) {
      const error = await errorOf(openArtifacts(portWith({ tree: refuse(kind) }), unhurried()));
      assert.ok(error instanceof GitLabError && error.failure.kind === kind);
      const first = await errorOf(openArtifacts(portWith({ ask: refuse(kind) }), unhurried()));
      assert.ok(first instanceof GitLabError && first.failure.kind === kind);
    }
  });

  it('does not rely on a size that GitLab reports', async () => {
    const entries = [{ path: 'a', kind: 'file', size: 3 }] as const;
    for (const text of ['ab', 'abcd']) {
      const port = portWith({
        tree: async () => entries,
        entry: async () => ({ body: inMemory(Buffer.from(text)).read(0, 9) }),
      });
      const archive = await openArtifacts(port, unhurried());
      const error = await errorOf(bytesOf(archive.open(archive.entries[0]!, unhurried())));
      assert.ok(error instanceof ArchiveError && error.kind === 'damaged' && error.detail.path === 'a');
    }
  });

  it('refuses a file that GitLab reports as a link', async () => {
    const port = portWith({ tree: async () => [{ path: 'a', kind: 'file', size: 3, flaw: 'symlink' }] });
    const archive = await openArtifacts(port, unhurried());
    const error = await errorOf(bytesOf(archive.open(archive.entries[0]!, unhurried())));
    assert.ok(error instanceof ArchiveError && error.kind === 'symlink');
  });

  describe('if GitLab lists a file with the mode of a link', () => {
    /** With a link `link` to `a.txt`, which is beside it. */
    const linked = rawZip([
      { name: 'link', content: 'a.txt', mode: 0o120777 },
      { name: 'a.txt', content: 'A' },
      { name: 'run.sh', content: 'exec', mode: 0o100777 },
      { name: 'lines.sh', content: 'a\nb\n', mode: 0o100777 },
    ]);
    const texts: Readonly<Record<string, string>> = { link: 'a.txt', 'run.sh': 'exec', 'lines.sh': 'a\nb\n' };
    let downloads = 0;
    const opened = async (path: string): Promise<string> => {
      downloads = 0;
      const text = texts[path] ?? '';
      const port = portWith({
        tree: async () => [{ path, kind: 'file', size: text.length, mayBeLink: true }],
        entry: async () => ({ body: inMemory(Buffer.from(text)).read(0, text.length) }),
        download: async () => {
          downloads += 1;
          return inMemory(linked);
        },
      });
      const archive = await openArtifacts(port, unhurried());
      return (await bytesOf(archive.open(archive.entries[0]!, unhurried()))).toString();
    };

    it('refuses it if the archive says that it is one', async () => {
      const error = await errorOf(opened('link'));
      assert.ok(error instanceof ArchiveError && error.kind === 'symlink');
    });

    it('opens it otherwise, without the archive if it has several lines', async () => {
      assert.deepEqual([await opened('run.sh'), downloads], ['exec', 1]);
      assert.deepEqual([await opened('lines.sh'), downloads], ['a\nb\n', 0]);
    });
  });

  it('downloads once for all without a URL, and again if that failed', async () => {
    let downloads = 0;
    const download = async (signal: AbortSignal): Promise<RandomAccess> => {
      downloads += 1;
      await new Promise(setImmediate);
      signal.throwIfAborted();
      return inMemory(zip);
    };
    const tree = async () => ['../a', 'tree', '/b'].map((path) => ({ path, kind: 'file', size: 1 }) as const);
    const archive = await openArtifacts(portWith({ tree, download }), unhurried());
    const controller = new AbortController();
    const [first, ...others] = archive.entries.map((entry, index) =>
      errorOf(bytesOf(archive.open(entry, index === 0 ? controller.signal : unhurried()))),
    );
    controller.abort();
    assert.equal(await first, controller.signal.reason);
    for (const other of others) {
      const error = await other;
      assert.ok(error instanceof ArchiveError && error.kind === 'missing', String(error));
    }
    assert.equal(downloads, 2);
  });
});
