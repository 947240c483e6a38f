import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { toArtifactUri } from '../../src/ui/artifacts/artifactUri';
import { hostileZips } from '../core/artifacts/hostileZips';
import type { FakeBuild } from '../gitlab/model';
import { seedProject } from '../gitlab/seed';
import { startGitLab, type FakeGitLab, type FakeOptions, type Fault } from '../gitlab/server';
import {
  answering,
  buildNamed,
  callingOff,
  git,
  messagesDuring,
  setRemote,
  signIn,
  until,
  workspaceFolder,
} from './support';

const megabyte = 1_000_000;
const logo = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const files = {
  'README.md': '# Site\n',
  'public/index.html': '<h1>Bäckerei</h1>\n',
  'public/css/site.css': 'h1 { color: brown }\n',
  'public/logo.png': logo,
  'big.bin': randomBytes(1.5 * megabyte),
};
/** One of each kind, in the middle of which something harmless lies. */
const hostile = ['parent', 'absolute', 'belowLink', 'duplicate', 'encrypted', 'damaged'].map((kind) => {
  const found = hostileZips.find((zip) => zip.kind === kind);
  assert.ok(found, kind);
  return found;
});

const saved = (...path: readonly string[]) => join(workspaceFolder(), '.gitlab-builds', ...path);
const run = (command: string, build: FakeBuild, path?: string) =>
  vscode.commands.executeCommand(`gitlabBuilds.${command}`, { build: build.id, ...(path !== undefined && { path }) });

/** All that is below a folder, hidden files too. */
function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  return entries.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).sort();
}

function contentsIn(folder: string): Readonly<Record<string, Buffer>> {
  return Object.fromEntries(filesIn(folder).map((file) => [file, readFileSync(join(folder, file))]));
}

function buffersOf(given: Readonly<Record<string, string | Buffer>>, below = ''): Readonly<Record<string, Buffer>> {
  const those = Object.entries(given).filter(([path]) => path.startsWith(below));
  return Object.fromEntries(those.map(([path, content]) => [path.slice(below.length), Buffer.from(content)]));
}

async function original({ artifacts }: FakeBuild): Promise<Buffer> {
  assert.ok(artifacts);
  return buffer(artifacts.read(0, artifacts.size));
}

/** A GitLab with a build of artifacts, and what the extension shows of it. */
class Place {
  constructor(
    readonly gitlab: FakeGitLab,
    readonly site: FakeBuild,
    readonly hostile: readonly FakeBuild[],
    readonly isRedirected: boolean,
  ) {}

  static async open(options: FakeOptions): Promise<Place> {
    const gitlab = await startGitLab(options);
    const { world } = gitlab;
    const { project, sha, ref, username, token } = seedProject(world, { sha: git('rev-parse', 'HEAD'), ref: 'main' });
    world.setRole(project, username, 'master'); // Who may delete artifacts.
    const one = { sha, ref, stage: 'build', status: 'success', createdAt: world.now() - 600_000 } as const;
    const add = (name: string, artifacts: Parameters<typeof world.addBuild>[1]['artifacts']) =>
      world.addBuild(project, { ...one, name, artifacts, artifactsExpireAt: world.now() + 3_600_000 });
    const site = add('site', { filename: 'site.zip', files });
    const evil = hostile.map(({ kind, bytes }) => add(kind, { filename: 'artifacts.zip', content: bytes }));
    await setRemote(`${gitlab.url}/${project.path}.git`);
    await signIn(gitlab.url, token);
    await until('ready', ({ state, instance }) => state === 'ready' && instance === gitlab.url);
    return new Place(gitlab, site, evil, options.artifacts === 'redirect');
  }

  async close(): Promise<void> {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('gitlabBuilds.signOut', { instance: this.gitlab.url });
    await this.gitlab.close();
    rmSync(saved(), { recursive: true, force: true });
  }

  /** Where the bytes come from. */
  get bytesFrom(): Pick<FakeGitLab, 'requests' | 'faults'> {
    return this.isRedirected ? this.gitlab.storage : this.gitlab;
  }

  /** What befalls the next answer with bytes of an archive. */
  spoil(...faults: readonly Fault[]): void {
    const when = ({ path }: { readonly path: string }) => this.isRedirected || path.endsWith('/artifacts');
    this.bytesFrom.faults = faults.map((fault) => ({ when, times: 1, ...fault }));
  }

  /** The address of a file of `site`, as rows and editors have it. */
  async uri(path: string): Promise<vscode.Uri> {
    const { rootUri, instance = '', project = '', ...rest } = await until('ready', ({ state }) => state === 'ready');
    const build = buildNamed({ rootUri, ...rest }, 'site');
    const { size } = build.artifacts ?? assert.fail('no artifacts');
    return toArtifactUri({ root: rootUri, instance, project, build: build.id, size }, build, path);
  }
}

const places: readonly FakeOptions[] = (['8.5', '10.8', '18.9'] as const).flatMap((profile) =>
  (['direct', 'redirect'] as const).map((artifacts) => ({ profile, artifacts })),
);

for (const options of places) {
  describe(`artifacts on GitLab ${options.profile}, ${options.artifacts}`, () => {
    let place: Place;
    before(async () => {
      place = await Place.open(options);
    });
    after(() => place.close());

    it('are folders and files, read by parts of the archive', async () => {
      const { fs } = vscode.workspace;
      const { length } = place.bytesFrom.requests;
      assert.deepEqual(await listing(await place.uri('')), ['README.md', 'big.bin', 'public/']);
      assert.deepEqual(await listing(await place.uri('public')), ['css/', 'index.html', 'logo.png']);
      const { type, size } = await fs.stat(await place.uri('public/logo.png'));
      assert.deepEqual([type, size], [vscode.FileType.File, logo.length]);
      assert.deepEqual(Buffer.from(await fs.readFile(await place.uri('public/logo.png'))), logo);
      const asked = place.bytesFrom.requests.slice(length);
      const bytes = asked.reduce((sum, request) => sum + request.bytes, 0);
      assert.ok(bytes < 0.2 * megabyte, `${bytes} bytes in ${asked.length} requests`);
    });

    it('cannot be changed', async () => {
      const uri = await place.uri('README.md');
      assert.equal(vscode.workspace.fs.isWritableFileSystem(uri.scheme), false);
      const refused = (error: unknown) => error instanceof vscode.FileSystemError && error.code === 'NoPermissions';
      await assert.rejects(async () => vscode.workspace.fs.writeFile(uri, Buffer.from('')), refused);
      await assert.rejects(async () => vscode.workspace.fs.delete(uri), refused);
      await assert.rejects(async () => vscode.workspace.fs.readFile(await place.uri('public/none')), {
        code: 'FileNotFound',
      });
    });

    it('open in the editor that fits', async () => {
      await run('openArtifact', place.site, 'public/index.html');
      const { document } = vscode.window.activeTextEditor ?? assert.fail('no editor');
      assert.deepEqual([document.getText(), document.languageId], [files['public/index.html'], 'html']);
      await run('openArtifact', place.site, 'public/logo.png');
      const { input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
      assert.ok(input instanceof vscode.TabInputCustom, 'a picture');
      assert.match(input.viewType, /image/i);
    });

    it('come into the workspace: all, one file, a folder', async () => {
      const told = await messagesDuring(async () => {
        await run('downloadArtifacts', place.site);
        await run('downloadArtifact', place.site, 'README.md');
        await run('downloadArtifact', place.site, 'public');
      });
      const folder = `site-${place.site.id}`;
      assert.deepEqual(
        told,
        ['site.zip', 'README.md', 'public'].map((name) => `Saved .gitlab-builds/${folder}/${name}.`),
      );
      assert.deepEqual(readFileSync(saved(folder, 'site.zip')), await original(place.site));
      assert.equal(readFileSync(saved(folder, 'README.md'), 'utf8'), files['README.md']);
      assert.deepEqual(contentsIn(saved(folder, 'public')), buffersOf(files, 'public/'));
      assert.deepEqual(filesIn(saved(folder)).length, 5, 'and nothing else');
      assert.equal(git('status', '--porcelain'), '');
    });

    it('go on where the connection broke', async () => {
      rmSync(saved(), { recursive: true });
      place.spoil({ truncate: megabyte });
      const { length } = place.bytesFrom.requests;
      await messagesDuring(() => run('downloadArtifacts', place.site));
      const ranges = place.bytesFrom.requests.slice(length).map(({ headers }) => headers.range);
      assert.deepEqual(ranges, [undefined, `bytes=${megabyte}-`]);
      assert.deepEqual(readFileSync(saved(`site-${place.site.id}`, 'site.zip')), await original(place.site));
    });

    it('leave nothing behind when the download is called off', async () => {
      rmSync(saved(), { recursive: true });
      place.spoil({ stall: 'midBody' });
      const told = await messagesDuring(() => callingOff(() => run('downloadArtifacts', place.site)));
      assert.deepEqual(told, []);
      assert.equal(existsSync(saved()), false);
    });
  });
}

describe('what one does with artifacts', () => {
  let place: Place;
  before(async () => {
    place = await Place.open({ profile: '18.9', artifacts: 'redirect' });
  });
  after(() => place.close());

  it('compares a file with that of the workspace', async () => {
    await run('compareArtifact', place.site, 'README.md');
    // VS Code tells extensions of a tab a moment after it has opened it.
    const active = () => vscode.window.tabGroups.activeTabGroup.activeTab;
    for (let tries = 0; tries < 100 && !(active()?.input instanceof vscode.TabInputTextDiff); tries++) await delay(50);
    const { input, label } = active() ?? {};
    assert.ok(input instanceof vscode.TabInputTextDiff, 'two texts side by side');
    assert.equal(input.original.toString(), (await place.uri('README.md')).toString());
    assert.equal(input.modified.fsPath, join(workspaceFolder(), 'README.md'));
    assert.equal(label, `README.md (site #${place.site.id}) and README.md`);
  });

  it('unpacks them by the setting, by the command, and by the button afterwards', async () => {
    const folder = saved(`site-${place.site.id}`);
    const unpacked = buffersOf(files);
    await vscode.workspace.getConfiguration('gitlabBuilds').update('artifacts.extract', true, true);
    try {
      const told = await messagesDuring(() => run('downloadArtifacts', place.site));
      assert.match(told.join('\n'), /^Saved and extracted \.gitlab-builds\/site-\d+\/site: 5 files, 1\.5 MB\.$/);
      assert.deepEqual(contentsIn(join(folder, 'site')), unpacked);
    } finally {
      await vscode.workspace.getConfiguration('gitlabBuilds').update('artifacts.extract', undefined, true);
    }
    rmSync(folder, { recursive: true });
    await messagesDuring(() => run('extractArtifacts', place.site));
    assert.deepEqual(contentsIn(join(folder, 'site')), unpacked);
    rmSync(folder, { recursive: true });
    const sentences = await messagesDuring(async (told) => {
      await run('downloadArtifacts', place.site);
      while (told.length < 2) await delay(50);
    }, 'Extract');
    assert.deepEqual(
      sentences.map((sentence) => sentence.split(' .')[0]),
      ['Saved', 'Saved and extracted'],
    );
    assert.deepEqual(contentsIn(join(folder, 'site')), unpacked);
    assert.deepEqual(readdirSync(folder).sort(), ['site', 'site.zip']);
  });

  for (const [index, { kind, what }] of hostile.entries())
    it(`leaves nothing of an archive that is ${kind}: ${what}`, async () => {
      const build = place.hostile[index] ?? assert.fail(kind);
      const before = filesIn(workspaceFolder());
      const told = await messagesDuring(() => run('extractArtifacts', build));
      assert.match(told.join('\n'), /^Saved .*, but didn't extract it\. .*Nothing was written/);
      const name = join('.gitlab-builds', `${kind}-${build.id}`, 'artifacts.zip');
      assert.deepEqual(filesIn(workspaceFolder()), [...before, name].sort());
    });

  it('asks before it replaces what is there', async () => {
    const questions = await messagesDuring(() => run('downloadArtifacts', place.site));
    assert.match(questions.join('\n'), /^Replace \.gitlab-builds\/site-\d+\/site\.zip\?\n/);
    const { length } = place.gitlab.storage.requests;
    await messagesDuring(() => run('downloadArtifacts', place.site), 'Replace');
    assert.equal(place.gitlab.storage.requests.length, length + 1);
  });

  it('brings the latest of a branch, and says why there are none', async () => {
    const latest = (name: string) =>
      messagesDuring(() => vscode.commands.executeCommand('gitlabBuilds.latestArtifacts', { ref: 'main', name }));
    assert.match((await latest('site')).join('\n'), /^Saved \.gitlab-builds\/site-latest-main\/site\.zip\.$/);
    assert.deepEqual(readFileSync(saved('site-latest-main', 'site.zip')), await original(place.site));
    assert.match(
      (await latest('nothing')).join('\n'),
      /^No such artifacts: no pipeline of main has passed, .* build nothing\./,
    );
  });

  it('empties the cache', async () => {
    const words: string[] = [];
    const setStatusBarMessage = (text: string) => (words.push(text), new vscode.Disposable(() => undefined));
    await answering({ setStatusBarMessage }, () => vscode.commands.executeCommand('gitlabBuilds.clearArtifactsCache'));
    assert.match(words.join('\n'), /^Artifacts cache cleared: \d+ files?, /);
  });

  it('keeps them, and deletes them when the modal is answered so', async () => {
    await run('keepArtifacts', place.site);
    const kept = await until('kept', (one) => buildNamed(one, 'site').artifacts?.expireAt === undefined);
    assert.ok(buildNamed(kept, 'site').artifacts);
    const question = await messagesDuring(() => run('deleteArtifacts', place.site));
    assert.match(question.join('\n'), /^Delete the artifacts of site #\d+\?\n.*site\.zip \(1\.5 MB\)/);
    assert.ok(place.gitlab.world.build(place.site.id).artifacts);
    await messagesDuring(() => run('deleteArtifacts', place.site), 'Delete');
    await until('deleted', (one) => buildNamed(one, 'site').artifacts === undefined);
    assert.equal(place.gitlab.world.build(place.site.id).artifacts, null);
  });
});

async function listing(folder: vscode.Uri): Promise<readonly string[]> {
  const entries = await vscode.workspace.fs.readDirectory(folder);
  return entries.map(([name, type]) => (type === vscode.FileType.Directory ? `${name}/` : name)).sort();
}
