import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import * as vscode from 'vscode';
import { toArtifactUri } from '../../src/core/artifacts/artifactUri';
import type { FakeBuild } from '../gitlab/model';
import { seedProject } from '../gitlab/seed';
import { startGitLab, type FakeGitLab, type FakeOptions } from '../gitlab/server';
import { buildNamed, eventually, git, messagesDuring, setRemote, signIn, until, workspaceFolder } from './support';

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
class ArtifactServer {
  constructor(
    readonly gitlab: FakeGitLab,
    readonly site: FakeBuild,
    readonly isRedirected: boolean,
  ) {}

  static async open(options: FakeOptions): Promise<ArtifactServer> {
    const gitlab = await startGitLab(options);
    const { world } = gitlab;
    const { project, sha, ref, token } = seedProject(world, { sha: git('rev-parse', 'HEAD'), ref: 'main' });
    const artifacts = { filename: 'site.zip', files };
    const site = world.addBuild(project, { sha, ref, stage: 'build', status: 'success', name: 'site', artifacts });
    await setRemote(`${gitlab.url}/${project.path}.git`);
    await signIn(gitlab.url, token);
    await until('ready', ({ state, instance }) => state === 'ready' && instance === gitlab.url);
    return new ArtifactServer(gitlab, site, options.artifacts === 'redirect');
  }

  async close(): Promise<void> {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('gitlabBuilds.signOut', { instance: this.gitlab.url });
    await this.gitlab.close();
    rmSync(saved(), { recursive: true, force: true });
  }

  /** Where the bytes come from. */
  get bytesFrom(): Pick<FakeGitLab, 'requests'> {
    return this.isRedirected ? this.gitlab.storage : this.gitlab;
  }

  /** The address of a file of `site`, as rows and editors have it. */
  async uri(path: string): Promise<vscode.Uri> {
    const { rootUri, instance = '', project = '', ...rest } = await until('ready', ({ state }) => state === 'ready');
    const build = buildNamed({ rootUri, ...rest }, 'site');
    const { size } = build.artifacts ?? assert.fail('no artifacts');
    const address = { root: rootUri, instance, project, build: build.id, size };
    return vscode.Uri.parse(toArtifactUri(address, build, path), true);
  }
}

const servers: readonly FakeOptions[] = [
  { profile: '8.5', artifacts: 'direct' },
  { profile: '18.9', artifacts: 'redirect' },
];

for (const options of servers) {
  describe(`artifacts on GitLab ${options.profile}, ${options.artifacts}`, () => {
    let server: ArtifactServer;
    before(async () => {
      server = await ArtifactServer.open(options);
    });
    after(() => server.close());

    it('are folders and files, read through ranges of the archive', async () => {
      const { fs } = vscode.workspace;
      const { length } = server.bytesFrom.requests;
      assert.deepEqual(await listing(await server.uri('')), ['README.md', 'big.bin', 'public/']);
      assert.deepEqual(await listing(await server.uri('public')), ['css/', 'index.html', 'logo.png']);
      const { type, size } = await fs.stat(await server.uri('public/logo.png'));
      assert.deepEqual([type, size], [vscode.FileType.File, logo.length]);
      assert.deepEqual(Buffer.from(await fs.readFile(await server.uri('public/logo.png'))), logo);
      const asked = server.bytesFrom.requests.slice(length);
      const bytes = asked.reduce((sum, request) => sum + request.bytes, 0);
      assert.ok(bytes < 0.2 * megabyte, `${bytes} bytes in ${asked.length} requests`);
    });

    it("can't be changed", async () => {
      const uri = await server.uri('README.md');
      assert.equal(vscode.workspace.fs.isWritableFileSystem(uri.scheme), false);
      const refused = (error: unknown) => error instanceof vscode.FileSystemError && error.code === 'NoPermissions';
      await assert.rejects(async () => vscode.workspace.fs.writeFile(uri, Buffer.from('')), refused);
      await assert.rejects(async () => vscode.workspace.fs.delete(uri), refused);
      await assert.rejects(async () => vscode.workspace.fs.readFile(await server.uri('public/none')), {
        code: 'FileNotFound',
      });
    });

    it('open in a suitable editor', async () => {
      await run('openArtifact', server.site, 'public/index.html');
      const { document } = vscode.window.activeTextEditor ?? assert.fail('no editor');
      assert.deepEqual([document.getText(), document.languageId], [files['public/index.html'], 'html']);
      await run('openArtifact', server.site, 'public/logo.png');
      // VS Code tells extensions of a tab a moment after it has opened it.
      await eventually(() => {
        const { input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
        assert.ok(input instanceof vscode.TabInputCustom, 'a picture');
        assert.match(input.viewType, /image/i);
      });
    });

    it('are saved to the workspace: all, one file, a folder', async () => {
      const told = await messagesDuring(async () => {
        await run('downloadArtifacts', server.site);
        await run('downloadArtifact', server.site, 'README.md');
        await run('downloadArtifact', server.site, 'public');
      });
      const folder = `site-${server.site.id}`;
      assert.deepEqual(
        told,
        ['site.zip', 'README.md', 'public'].map((name) => `Saved .gitlab-builds/${folder}/${name}.`),
      );
      assert.deepEqual(readFileSync(saved(folder, 'site.zip')), await original(server.site));
      assert.equal(readFileSync(saved(folder, 'README.md'), 'utf8'), files['README.md']);
      assert.deepEqual(contentsIn(saved(folder, 'public')), buffersOf(files, 'public/'));
      assert.deepEqual(filesIn(saved(folder)).length, 5, 'and nothing else');
      assert.equal(git('status', '--porcelain'), '');
    });

    it('are compared with the workspace file', async () => {
      await run('compareArtifact', server.site, 'README.md');
      // VS Code tells extensions of a tab a moment after it has opened it.
      const active = () => vscode.window.tabGroups.activeTabGroup.activeTab;
      await eventually(() => assert.ok(active()?.input instanceof vscode.TabInputTextDiff, 'two texts side by side'));
      const { input, label } = active() ?? {};
      assert.ok(input instanceof vscode.TabInputTextDiff);
      assert.equal(input.original.toString(), (await server.uri('README.md')).toString());
      assert.equal(input.modified.fsPath, join(workspaceFolder(), 'README.md'));
      assert.equal(label, `README.md (site #${server.site.id}) and README.md`);
    });
  });
}

async function listing(folder: vscode.Uri): Promise<readonly string[]> {
  const entries = await vscode.workspace.fs.readDirectory(folder);
  return entries.map(([name, type]) => (type === vscode.FileType.Directory ? `${name}/` : name)).sort();
}
