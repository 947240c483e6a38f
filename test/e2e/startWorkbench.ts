import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { type Package, packageExtension } from '../demo/packaging';
import type { Seed, SeedOptions } from '../gitlab/seed';
import { type FakeGitLab, type FakeOptions, startGitLab } from '../gitlab/server';
import type { World } from '../gitlab/world';
import { launchBrowser } from '../vscode/browser';
import { foreignOrigins, recordedOrigins, recordOrigins } from '../vscode/origins';
import { type StartOptions, startVSCode, type VSCode } from '../vscode/server';
import { temporaryFolder } from '../vscode/temporaryFolder';
import { openView, openWorkbench, screenshot, type WorkbenchOptions } from '../vscode/workbench';
import { createWorkspace, git, plainGit } from '../vscode/workspace';

/** A VS Code with the packaged extension. */
export interface VSCodeWithExtension {
  readonly vscode: VSCode;
  /** Opens a window on a folder, or an empty one, that shows our view. */
  readonly openWindow: (folder: string | undefined, options?: WorkbenchOptions) => Promise<Page>;
}

/** A VS Code that shows a repository, and the project of it on a fake GitLab. */
export interface Workbench<S> extends VSCodeWithExtension {
  readonly page: Page;
  readonly gitlab: FakeGitLab;
  /** What `seed` made. */
  readonly project: S;
  readonly folder: string;
  readonly git: (...args: readonly string[]) => Promise<string>;
  /** A picture in out/screenshots, `e2e-NAME.png`. */
  readonly picture: (name: string) => Promise<string>;
}

export interface WorkbenchSetup<S> {
  /** Puts the project into the fake GitLab. */
  readonly seed: (world: World, commit: SeedOptions) => S;
  /** Default: GitLab 8.5. */
  readonly gitlab?: FakeOptions;
  /** That is checked out. Default: `main`. */
  readonly branch?: string;
  /** Default: yes, through the environment. */
  readonly signedIn?: boolean;
  readonly settings?: StartOptions['settings'];
  /** Version of VS Code. Default: the newest. */
  readonly release?: StartOptions['release'];
  readonly window?: WorkbenchOptions;
  /** What is done with the installed VS Code before a window opens. */
  readonly prepare?: (vscode: VSCode) => Promise<void>;
}

type Account = Pick<Seed, 'project' | 'token'>;

/** Registers work for the end of a suite; the last registered runs first. */
export type OnTeardown = (work: () => Promise<unknown>) => void;

interface Shared {
  readonly browser: Browser;
  readonly extension: Package;
}

let shared: Shared | undefined;
let windowsOpened = 0;

/** Records the servers that the extension hosts of the whole run send requests to. */
const record = temporaryFolder('origins-');
const originsFile = join(record.path, 'origins.txt');

// One browser and one package for all suites of the run.
before(async function () {
  this.timeout(300_000);
  recordOrigins(originsFile);
  const [browser, extension] = await Promise.all([launchBrowser(), packageExtension()]);
  shared = { browser, extension };
});

after(async () => {
  await shared?.browser.close();
  await shared?.extension.remove();
});

after("sent requests only to the tests' own GitLabs, storages and proxies", async () => {
  const origins = recordedOrigins(originsFile);
  await record.remove();
  assert.ok(windowsOpened === 0 || origins.watched.length > 0, 'no extension host was watched');
  assert.deepEqual(foreignOrigins(origins), []);
  console.log(`  ${origins.watched.length} extension hosts asked ${origins.asked.length} origins, all of the tests`);
});

/** What was on screen when a test failed; then whatever it left open is closed. */
afterEach(async function () {
  const pages = shared?.browser.contexts().flatMap((context) => context.pages()) ?? [];
  // A tooltip that comes up late would lie over the row that the next test points at.
  for (const page of pages) await page.mouse.move(800, 400);
  if (this.currentTest?.state !== 'failed') return;
  const name = this.currentTest.fullTitle().replace(/\W+/g, '-');
  for (const [index, page] of pages.entries()) {
    await screenshot(page, `e2e-failed-${name}-${index}`);
    for (let box = 0; box < 3; box++) await page.keyboard.press('Escape');
  }
});

/** Sets something up before the tests of a suite and takes it down after them. */
export function useFixture<T>(setUp: (onTeardown: OnTeardown) => Promise<T>): () => T {
  const undo: (() => Promise<unknown>)[] = [];
  let made: { readonly value: T } | undefined;
  before(async () => {
    made = { value: await setUp((work) => undo.push(work)) };
  });
  after(async () => {
    const failures: unknown[] = [];
    for (const work of undo.splice(0).reverse()) await work().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n'));
  });
  return () => {
    if (made === undefined) throw new Error('It is set up when the tests run.');
    return made.value;
  };
}

/** Starts VS Code on a repository whose project is on a fake GitLab, for all tests of a suite. */
export function useWorkbench<S extends Account>(setup: WorkbenchSetup<S>): () => Workbench<S> {
  return useFixture((onTeardown) => startWorkbench(setup, onTeardown));
}

async function startWorkbench<S extends Account>(
  setup: WorkbenchSetup<S>,
  onTeardown: OnTeardown,
): Promise<Workbench<S>> {
  const { branch = 'main', settings, release = 'newest' } = setup;
  const gitlab = await startGitLab(setup.gitlab);
  onTeardown(() => gitlab.close());
  const { folder, remove } = await createWorkspace();
  onTeardown(remove);
  if (branch !== 'main') await git(folder, 'checkout', '--quiet', '-b', branch);
  const project = setup.seed(gitlab.world, { sha: await git(folder, 'rev-parse', 'HEAD'), ref: branch });
  await git(folder, 'remote', 'add', 'origin', `${gitlab.url}/${project.project.path}.git`);
  const env = setup.signedIn === false ? {} : { GITLAB_HOST: gitlab.url, GITLAB_TOKEN: project.token };
  const started = await startVSCodeWithExtension({ release, env, ...(settings && { settings }) }, onTeardown);
  onTeardown(() => assertNotStored(project.token, join(started.vscode.dataDir, 'data')));
  await setup.prepare?.(started.vscode);
  const page = await started.openWindow(folder, setup.window);
  const picture = (name: string) => screenshot(page, `e2e-${name}`);
  return { ...started, page, gitlab, project, folder, git: (...args) => git(folder, ...args), picture };
}

/** The newest release, unless another is asked for. */
export type ExtensionStartOptions = Omit<StartOptions, 'release'> & Partial<Pick<StartOptions, 'release'>>;

export async function startVSCodeWithExtension(
  options: ExtensionStartOptions,
  onTeardown: OnTeardown,
): Promise<VSCodeWithExtension> {
  const { browser, extension } = sharedResources();
  const env = { ...plainGit, ...options.env };
  const vscode = await startVSCode({
    release: 'newest',
    ...options,
    extensions: [extension.file, ...(options.extensions ?? [])],
    env,
  });
  onTeardown(() => vscode.close());
  const openWindow: VSCodeWithExtension['openWindow'] = async (folder, window) => {
    windowsOpened += 1;
    const page = await openWorkbench(browser, vscode.url(folder === undefined ? {} : { folder }), window);
    onTeardown(() => page.close());
    await openView(page, 'GitLab Builds');
    return page;
  };
  return { vscode, openWindow };
}

export function sharedBrowser(): Browser {
  return sharedResources().browser;
}

function sharedResources(): Shared {
  if (shared === undefined) throw new Error('The browser starts before the tests.');
  return shared;
}

/** No file that VS Code has written holds the secret: logs, settings, state. */
async function assertNotStored(secret: string, folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const texts = await Promise.all(files.map((file) => readFile(file, 'latin1')));
  const telling = files.filter((_, index) => texts[index]?.includes(secret));
  assert.ok(
    files.some((file) => file.endsWith('.log')),
    'there are logs among the files',
  );
  assert.deepEqual(telling, [], 'files that hold the token');
}
