import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serverEnvironment } from './environment';
import { type InstalledVSCode, installVSCode, type Release } from './install';
import { recorderArguments } from './origins';
import { type ProcessTree, startTree } from './processTree';
import { type TemporaryFolder, temporaryFolder } from './temporaryFolder';

const startLimitMs = 60_000;

export interface StartOptions {
  readonly release: Release;
  /** The folder that `url()` opens when it is given none. */
  readonly workspace?: string;
  /**
   * Lets `url()` open an extension under development. VS Code then takes itself for tested: depending on the
   * release it shows no pop-up messages or refuses modal dialogs. To look at those, install a .vsix.
   */
  readonly development?: boolean;
  /** .vsix files to install first. */
  readonly extensions?: readonly string[];
  /** User settings, over those of the test profile. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Settings of scope `machine`: VS Code takes them from the server's own file, and drops those of the user's. */
  readonly machineSettings?: Readonly<Record<string, unknown>>;
  /** Environment of the server, and so of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where VS Code keeps its data, settings too; without it a temporary folder which `close()` removes. */
  readonly dataDir?: string;
  /** Without it whoever reaches the port is let in. Letters and digits. */
  readonly connectionToken?: string;
}

export interface VSCode {
  readonly origin: string;
  readonly version: string;
  readonly dataDir: string;
  /** The address that opens a folder, with an extension under development and its tests where they are given. */
  readonly url: (options?: { folder?: string; developmentPath?: string; testsPath?: string }) => string;
  /** What the server and its extension hosts have printed so far. */
  readonly output: () => string;
  /** Kills the extension hosts, which VS Code then starts anew; says how many that were. On Linux alone. */
  readonly crashExtensionHosts: () => Promise<number>;
  /** Ends the server, its extension hosts and all that they started. */
  readonly close: () => Promise<void>;
}

const testProfile = {
  'security.workspace.trust.enabled': false,
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'window.autoDetectColorScheme': true,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.autofetch': false,
};

const serverArguments = [
  ...['--host', '127.0.0.1', '--port', '0', '--accept-server-license-terms'],
  ...['--telemetry-level', 'off'],
];

/** Starts a VS Code server on a free port of 127.0.0.1, with extensions and settings in place. */
export async function startVSCode(options: StartOptions): Promise<VSCode> {
  const vscode = await installVSCode(options.release);
  const temporary = temporaryFolder('vscode-');
  const dataDir = options.dataDir ?? join(temporary.path, 'data');
  const start = (args: readonly string[]) => {
    const program = [...recorderArguments(), join(vscode.root, 'out', 'server-main.js'), '--server-data-dir', dataDir];
    return startTree(vscode.node, [...program, ...args], {
      ...serverEnvironment(process.env, options.env),
      ...placeForSockets(temporary.path),
    });
  };
  try {
    await writeSettings(dataDir, 'User', { ...testProfile, ...options.settings });
    await writeSettings(dataDir, 'Machine', options.machineSettings ?? {});
    await installExtensions(options.extensions ?? [], start);
    const access = await accessArguments(options.connectionToken, temporary.path);
    const driver = options.development === true ? ['--enable-smoke-test-driver'] : [];
    const tree = start([...serverArguments, ...access, ...driver]);
    return await listening(tree, { vscode, options, dataDir, temporary });
  } catch (error) {
    await temporary.remove();
    throw error;
  }
}

/** VS Code leaves sockets in its temporary folder. Their paths must be short, as they are on Linux. */
function placeForSockets(folder: string): NodeJS.ProcessEnv {
  return process.platform === 'linux' ? { TMPDIR: folder, XDG_RUNTIME_DIR: folder } : {};
}

/** The token goes through a file: command lines are there for every user of the machine to read. */
async function accessArguments(token: string | undefined, folder: string): Promise<readonly string[]> {
  if (token === undefined) return ['--without-connection-token'];
  const file = join(folder, 'connection-token');
  await writeFile(file, token, { mode: 0o600 });
  return ['--connection-token-file', file];
}

/** Those of a data folder that somebody keeps stay as they are. */
async function writeSettings(dataDir: string, of: 'User' | 'Machine', settings: object): Promise<void> {
  const file = join(dataDir, 'data', of, 'settings.json');
  if (existsSync(file)) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(settings, undefined, 2));
}

/** Installs them all at once: each start of the program takes seconds. */
async function installExtensions(
  files: readonly string[],
  start: (args: readonly string[]) => ProcessTree,
): Promise<void> {
  if (files.length === 0) return;
  const tree = start([...files.flatMap((file) => ['--install-extension', file]), '--force']);
  const output = collectOutput(tree);
  try {
    const [code] = (await once(tree.child, 'close', { signal: AbortSignal.timeout(startLimitMs) })) as [number | null];
    if (code !== 0) throw new Error(`exit code ${String(code)}`);
  } catch (error) {
    throw new Error(`VS Code could not install ${files.join(', ')}: ${String(error)}\n${output()}`, { cause: error });
  } finally {
    await tree.end('SIGKILL');
  }
}

interface Started {
  readonly vscode: InstalledVSCode;
  readonly options: StartOptions;
  readonly dataDir: string;
  readonly temporary: TemporaryFolder;
}

async function listening(tree: ProcessTree, { vscode, options, dataDir, temporary }: Started): Promise<VSCode> {
  const output = collectOutput(tree);
  const close = async () => {
    // Only data that somebody keeps needs an orderly end.
    await tree.end(options.dataDir === undefined ? 'SIGKILL' : 'SIGTERM');
    await temporary.remove();
  };
  try {
    const authority = `127.0.0.1:${await portOf(tree, output)}`;
    const url: VSCode['url'] = ({ folder = options.workspace, developmentPath, testsPath } = {}) => {
      const paths = { extensionDevelopmentPath: developmentPath, extensionTestsPath: testsPath };
      if (developmentPath === undefined || options.development === true)
        return workbenchUrl(authority, folder, options.connectionToken, paths);
      throw new Error('VS Code opens an extension under development only when started with `development`.');
    };
    const crashExtensionHosts = () => tree.crash('--type=extensionHost');
    const { version } = vscode;
    return { origin: `http://${authority}`, version, dataDir, url, output, crashExtensionHosts, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function collectOutput({ child }: ProcessTree): () => string {
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  }
  child.on('error', (error) => chunks.push(String(error)));
  return () => chunks.join('');
}

/** Resolves with the port when the server says that it listens. */
function portOf({ child }: ProcessTree, output: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(timer);
      reject(new Error(`VS Code ${reason}. It printed:\n${output()}`));
    };
    const timer = setTimeout(() => fail(`did not start within ${startLimitMs / 1000} s`), startLimitMs);
    child.on('error', () => fail('could not be started'));
    child.on('exit', (code) => fail(`ended with code ${String(code)} instead of starting`));
    child.stdout?.on('data', () => {
      const port = /Extension host agent listening on (\d+)/.exec(output())?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(port);
    });
  });
}

function workbenchUrl(
  authority: string,
  folder: string | undefined,
  token: string | undefined,
  paths: Readonly<Record<string, string | undefined>>,
): string {
  const query = new URLSearchParams();
  if (folder !== undefined) query.set('folder', decodeURIComponent(pathToFileURL(folder).pathname));
  else query.set('ew', 'true');
  if (token !== undefined) query.set('tkn', token);
  const uris = Object.entries(paths).flatMap(([key, path]) =>
    path === undefined ? [] : [[key, `vscode-remote://${authority}${pathToFileURL(path).pathname}`]],
  );
  query.set('payload', JSON.stringify([...uris, ['skipWelcome', 'true'], ['skipReleaseNotes', 'true']]));
  return `http://${authority}/?${query.toString()}`;
}
