import { randomBytes } from 'node:crypto';
import type { ProfileName } from '../gitlab/profiles/profile';
import { installVSCode } from '../vscode/install';
import { startVSCode, type StartOptions } from '../vscode/server';
import { plainGit } from '../vscode/workspace';
import { interruption } from './interruption';
import { keptProfile } from './keptProfile';
import { createLivingRepository, live, type LivingRepository } from './livingRepository';
import { openBrowser } from './openBrowser';
import { type DemoOptions, readOptions, UsageError } from './options';
import { packageExtension, type Package } from './packaging';
import { packViewOpener } from './viewOpener';
import { startWorkbenchProxy } from './workbenchProxy';

/** What is to be shown, and in which VS Code. */
interface DemoSetup {
  readonly folder: string;
  readonly options: Omit<StartOptions, 'release' | 'workspace'>;
  readonly port: number;
  readonly key: Buffer;
}

/** Registers work for the end of the demo; the last registered runs first. */
type OnEnd = (work: () => Promise<unknown>) => void;

/**
 * `demo.main.mjs [--gitlab VERSION | --repo PATH] [--no-open]`: a VS Code in the browser with the packaged extension, on
 * a project that lives on a fake GitLab of that version (default: the newest), or on a repository of the user's own. Runs
 * until it is interrupted, and leaves nothing behind.
 */
async function main(): Promise<void> {
  const options = await readOptions(process.argv.slice(2));
  const interrupted = interruption();
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const address = await Promise.race([
      startDemo(options, (work) => undo.push(work)),
      interrupted.then(() => undefined),
    ]);
    if (address === undefined) return;
    console.log(message(options, address));
    if (options.open) openBrowser(address);
    await interrupted;
  } finally {
    for (const work of undo.reverse()) await work();
  }
}

/** What it is, where to click, and how to end it. */
function message({ gitlab, repository }: DemoOptions, address: string): string {
  const what =
    repository === undefined
      ? `GitLab Builds in a VS Code of its own, with a GitLab ${gitlab} on this computer; nothing leaves it.`
      : 'GitLab Builds in a VS Code of its own, on your repository and its GitLab.';
  const where =
    repository === undefined
      ? `Open ${address} and click the failed build in the view GitLab Builds: its log opens at the error.`
      : `Open ${address} and click the GitLab Builds icon on the left, or "CI" in the status bar.`;
  return `\n${what}\n${where}\nCtrl+C ends it and removes what it has written.`;
}

/** Returns the address to open. */
async function startDemo({ gitlab, repository }: DemoOptions, onEnd: OnEnd): Promise<string> {
  const isLiving = repository === undefined;
  console.error(isLiving ? `Starting a GitLab ${gitlab} and VS Code …` : 'Starting VS Code …');
  const [extension, { folder, options, port, key }] = await Promise.all([
    packed(onEnd),
    isLiving ? setUpLivingProject(gitlab, onEnd) : setUpOwnRepository(repository),
    // Downloaded the first time.
    installVSCode('newest'),
  ]);
  const connectionToken = randomBytes(16).toString('hex');
  const extensions = [extension.file, ...(options.extensions ?? [])];
  const vscode = await startVSCode({ ...options, release: 'newest', extensions, connectionToken });
  onEnd(vscode.close);
  const proxy = await startWorkbenchProxy({ vscode: vscode.origin, port, key });
  onEnd(proxy.close);
  return addressOf(vscode.url({ folder }), proxy.origin);
}

async function packed(onEnd: OnEnd): Promise<Package> {
  const extension = await packageExtension();
  onEnd(extension.remove);
  return extension;
}

/** The same page at another origin, without what only an extension under test needs. */
function addressOf(page: string, origin: string): string {
  const url = new URL(page.replace(new URL(page).origin, origin));
  url.searchParams.delete('payload');
  return url.href;
}

async function setUpLivingProject(profile: ProfileName, onEnd: OnEnd): Promise<DemoSetup> {
  // Its first builds began a while ago, so that one fails while VS Code starts.
  let behindMs = maxTicksBefore * 1000;
  const repository = await createLivingRepository(() => Date.now() - behindMs, profile);
  for (; behindMs > 0; behindMs -= 1000) if (!isAboutToFail(repository)) repository.project.tick();
  const { folder, gitlab, project } = repository;
  const end = new AbortController();
  const living = live(repository, end.signal);
  onEnd(async () => {
    end.abort();
    await living;
    await repository.close();
  });
  const env = { ...plainGit, GITLAB_HOST: gitlab.url, GITLAB_TOKEN: project.token };
  const settings = { 'workbench.startupEditor': 'readme' };
  const opener = await packViewOpener();
  onEnd(opener.remove);
  return { folder, options: { env, settings, extensions: [opener.file] }, port: 0, key: randomBytes(32) };
}

const maxTicksBefore = 60;

function isAboutToFail({ gitlab: { world }, project: { project } }: LivingRepository): boolean {
  return world
    .buildIds(project)
    .some((id) => world.build(id).name === 'integration' && world.build(id).status === 'running');
}

/** Their GitLab, their git, and VS Code's own question whether the folder is trusted. */
async function setUpOwnRepository(folder: string): Promise<DemoSetup> {
  const { dataDir, port, key } = await keptProfile();
  const given = ['GITLAB_HOST', 'GITLAB_TOKEN'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  const env = Object.fromEntries(given) as Record<string, string>;
  const settings = { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'once' };
  return { folder, options: { env, settings, dataDir }, port, key };
}

try {
  await main();
  process.exit(0);
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(error instanceof UsageError ? error.message : `The demo cannot run. ${error.message}`);
  process.exit(1);
}
