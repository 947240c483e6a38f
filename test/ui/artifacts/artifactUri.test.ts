import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import { GitLabError } from '../../../src/core/model/errors';
import { largestInEditor } from '../../../src/core/artifacts/archives';
import { parseArtifactUri, toArtifactUri } from '../../../src/core/artifacts/artifactUri';
import { ArtifactFiles } from '../../../src/ui/artifacts/fileSystem';
import { artifactScheme } from '../../../src/core/util/fileSchemes';
import { registerReadOnlyFiles } from '../../../src/ui/readOnlyFiles';
import { Uri } from '../fake/basics';
import { editor } from '../fake/editor';
import { FakeArchives, anArchive, withArtifacts } from '../fakeArchives';
import { aBuild, ready } from '../samples';

const address = {
  root: 'file:///work/project',
  instance: 'https://git.example.com',
  project: 'group/project',
  build: 1,
  size: 1000,
};

function uriOf(path = '', changes: Partial<typeof address> = {}): vscode.Uri {
  return Uri.parse(toArtifactUri({ ...address, ...changes }, { name: 'rspec', id: 1 }, path), true) as never;
}

describe('The URI of an artifact', () => {
  it('is readable, and identifies the artifacts', () => {
    const uri = uriOf('public/a b/ü#?.html');
    assert.equal(uri.path, '/rspec #1/public/a b/ü#?.html');
    assert.deepEqual(parseArtifactUri(uri), { ...address, path: 'public/a b/ü#?.html' });
    assert.deepEqual(parseArtifactUri(Uri.parse(uri.toString(), true) as never), {
      ...address,
      path: 'public/a b/ü#?.html',
    });
    assert.equal(parseArtifactUri(uriOf())?.path, '');
  });

  it('has one segment for the build, whatever its name', () => {
    const uri = Uri.parse(toArtifactUri(address, { name: 'test: 1/2 ../..', id: 1 }, 'a/b'), true);
    assert.equal(uri.path, '/test- 1-2 ..- #1/a/b');
    assert.equal(parseArtifactUri(uri)?.path, 'a/b');
  });

  it('is not ours if somebody else made it', () => {
    const query = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const wrong of [
      { ...address, build: -1 },
      { ...address, build: '1' },
      { ...address, size: 1.5 },
      { ...address, instance: undefined },
      null,
      'x',
    ])
      assert.equal(parseArtifactUri(Uri.parse(`gitlab-artifacts:/x/y?${query(wrong)}`) as never), undefined);
    assert.equal(parseArtifactUri(Uri.parse('gitlab-artifacts:/x/y?%%%') as never), undefined);
    assert.equal(parseArtifactUri(Uri.parse(`file:/x/y?${query(address)}`) as never), undefined);
  });
});

let fake: FakeArchives;
let files: vscode.FileSystemProvider;
let registration: vscode.Disposable;

function register(started: Promise<ArtifactFiles>): vscode.Disposable {
  return registerReadOnlyFiles(artifactScheme, started, () => 'Artifacts are read-only.');
}

function eachWithFiles(): void {
  beforeEach(() => {
    fake = new FakeArchives();
    fake.archive = anArchive({ 'public/index.html': '<p>', '../evil': 'x', 'log.txt': 'text' });
    registration = register(Promise.resolve(new ArtifactFiles(fake.archives)));
    const registered = editor().fileSystems.of('gitlab-artifacts');
    assert.ok(registered);
    files = registered.provider;
  });
  afterEach(() => {
    registration.dispose();
    fake.archives.dispose();
  });
}

async function fails(work: unknown, code: string, words = /./): Promise<void> {
  await assert.rejects(Promise.resolve(work), (error: Error & { code?: string }) => {
    assert.equal(error.code, code);
    assert.match(error.message, words);
    return true;
  });
}

describe('The files of artifacts', () => {
  eachWithFiles();

  it('are a case-sensitive read-only file system', () =>
    assert.deepEqual(editor().fileSystems.of('gitlab-artifacts')?.options, {
      isReadonly: true,
      isCaseSensitive: true,
    }));

  it('wait for the extension, which is loaded a turn later', async () => {
    registration.dispose();
    let start!: (files: ArtifactFiles) => void;
    registration = register(new Promise((resolve) => (start = resolve)));
    const asked = editor().fileSystems.of('gitlab-artifacts')?.provider.stat(uriOf('log.txt'));
    start(new ArtifactFiles(fake.archives));
    assert.equal((await asked)?.size, 4);
  });

  it('can be inspected and read', async () => {
    assert.deepEqual(await files.readDirectory(uriOf()), [
      ['public', 2],
      ['log.txt', 1],
    ]);
    const { type, size, permissions } = await files.stat(uriOf('public/index.html'));
    assert.deepEqual([type, size, permissions], [1, 3, 1]);
    assert.equal((await files.stat(uriOf('public'))).type, 2);
    assert.equal(Buffer.from(await files.readFile(uriOf('log.txt'))).toString(), 'text');
    assert.equal(fake.asked.length, 1);
  });

  it('are listed with pauses for other work, however many there are', async () => {
    let turns = 0;
    const slice = () => (): Promise<void> =>
      new Promise((resolve) => setImmediate(resolve)).then(() => void (turns += 1));
    const names = Array.from({ length: 50 }, (_, at) => `${at}.txt`);
    fake.archive = anArchive(Object.fromEntries(names.map((name) => [name, ''])));
    const listed = await new ArtifactFiles(fake.archives, slice).readDirectory(uriOf());
    assert.deepEqual([listed.map(([name]) => name), turns], [names, 50]);
  });

  it("fail if a folder is read as a file, a file as a folder, or if they don't exist", async () => {
    await fails(files.readFile(uriOf('public')), 'FileIsADirectory');
    await fails(files.readDirectory(uriOf('log.txt')), 'FileNotADirectory');
    await fails(files.stat(uriOf('nothing')), 'FileNotFound');
    await fails(files.stat(uriOf('../evil')), 'FileNotFound');
    await fails(files.stat(Uri.parse('gitlab-artifacts:/x/log.txt') as never), 'FileNotFound');
  });

  it("can't be changed", () => {
    const uri = uriOf('log.txt');
    for (const change of [
      () => files.writeFile(uri, new Uint8Array(), { create: true, overwrite: true }),
      () => files.createDirectory(uri),
      () => files.delete(uri, { recursive: true }),
      () => files.rename(uri, uriOf('x'), { overwrite: true }),
    ])
      assert.throws(change, { code: 'NoPermissions' });
  });

  it('are loaded once, and then come from the cache', async () => {
    const uri = uriOf('log.txt');
    const both = await Promise.all([files.readFile(uri), files.readFile(uri)]);
    assert.equal(both[0], both[1]);
    fake.archive = anArchive({ 'log.txt': new Error('asked again') });
    fake.archives.clear();
    fake.cached.set('1 log.txt', Buffer.from('cached'));
    assert.equal(Buffer.from(await files.readFile(uri)).toString(), 'cached');
  });

  it("are refused above the editor's limit, whatever size the archive declares", async () => {
    const piece = Buffer.alloc(largestInEditor / 4);
    const entry = { path: 'big', kind: 'file', size: largestInEditor + 1 } as const;
    async function* endless() {
      for (;;) yield piece;
    }
    fake.archive = { entries: [entry, { ...entry, path: 'liar', size: 1 }], open: endless };
    await fails(
      files.readFile(uriOf('big')),
      'Unavailable',
      /^big is too large for an editor \(100 MB\)\. Download it/,
    );
    await fails(files.readFile(uriOf('liar')), 'Unavailable', /too large/);
  });

  it("on a GitLab that the user doesn't know are never requested", async () => {
    await fails(
      files.stat(uriOf('log.txt', { instance: 'https://evil.example.com' })),
      'Unavailable',
      /n\'t signed in/,
    );
    assert.equal(fake.asked.length, 0);
  });

  it("say why they can't be loaded, and are tried again", async () => {
    fake.failure = new GitLabError({ kind: 'timeout', host: 'git.example.com' });
    await fails(files.stat(uriOf('log.txt')), 'Unavailable', /didn't respond in time/);
    fake.failure = undefined;
    assert.equal((await files.stat(uriOf('log.txt'))).size, 4);
  });
});

describe('Open archives', () => {
  eachWithFiles();
  const ask = (changes: Partial<typeof address> = {}) => fake.archives.of({ ...address, ...changes });

  it('are limited to eight, and the least recently used one is closed', async () => {
    for (let build = 1; build <= 8; build++) await ask({ build });
    await ask({ build: 1 });
    await ask({ build: 9 });
    await ask({ build: 1 });
    assert.equal(fake.asked.length, 9);
    await ask({ build: 2 });
    assert.equal(fake.asked.length, 10);
  });

  it('are opened for everyone who waits, even if many are requested at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, (_, build) => ask({ build: build + 1 })));
    assert.deepEqual(
      all.map(({ address: { build } }) => build),
      Array.from({ length: 20 }, (_, build) => build + 1),
    );
  });

  it('are shared by all repositories that open them', async () => {
    assert.equal(await ask(), await ask({ root: 'file:///elsewhere' }));
    assert.notEqual(await ask(), await ask({ instance: 'https://git.example.com', project: 'other/project' }));
  });

  it('are dropped once their build has other artifacts or none', async () => {
    const isKept = async (...builds: readonly Parameters<typeof aBuild>[0][]) => {
      const before = await ask();
      fake.archives.dropReplaced(ready(builds.map(aBuild)));
      return (await ask()) === before;
    };
    assert.equal(await isKept(withArtifacts()), true);
    assert.equal(await isKept({ id: 2 }), true, 'another commit is shown');
    assert.equal(await isKept(withArtifacts({}, 5)), false);
    assert.equal(await isKept({}), false);
    assert.equal(await isKept({ id: 3, attempts: [aBuild()] }), false);
    assert.equal(fake.signals.filter(({ aborted }) => aborted).length, 3);
  });

  it('are dropped and closed when the user signs out', async () => {
    let open = (): void => undefined;
    fake.gate = new Promise((resolve) => (open = resolve));
    const asked = ask();
    await new Promise((resolve) => setImmediate(resolve));
    fake.archives.clear();
    open();
    await assert.rejects(asked, { name: 'AbortError' });
    assert.deepEqual(
      fake.signals.map(({ aborted }) => aborted),
      [true],
    );
    fake.instances = [];
    await assert.rejects(ask(), { reason: { kind: 'signedOut' } });
  });
});
