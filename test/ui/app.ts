import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ExtensionContext } from 'vscode';
import manifest from '../../package.json';
import { isActive } from '../../src/core/model/build';
import { isAtLeast, parseVersion } from '../../src/core/gitlab/version';
import { activate } from '../../src/extension';
import type { GitLabBuildsAPI, RepositoryBuilds } from '../../src/ui/api';
import { Tokens } from '../../src/core/session/tokens';
import { smallProject, type SmallProject } from '../gitlab/scenarios';
import { type FakeGitLab, type FakeOptions, startGitLab } from '../gitlab/server';
import { Uri } from './fake/basics';
import { editor } from './fake/editor';
import { FakeGit, FakeRepository } from './fake/git';
import { FakeMemento } from './fake/memento';
import { FakeSecrets } from './fake/secrets';
import { until } from './fake/until';
import { drawn, type Row, rowsOf } from './fake/views';
import { type Folder, makeRepositoryFolder } from './folder';

export interface AppOptions {
  readonly gitlab?: FakeOptions;
  /** Default: the Developer's of the small project, stored for the fake GitLab; null: none. */
  readonly token?: string | null;
  /** URL of `origin`, from the fake's base URL. */
  readonly remote?: (gitlabUrl: string) => string;
  /** From the fake's base URL: the user's settings, by their whole keys. */
  readonly settings?: (gitlabUrl: string) => Readonly<Record<string, unknown>>;
  readonly workspaceSettings?: (gitlabUrl: string) => Readonly<Record<string, unknown>>;
  readonly environment?: (gitlabUrl: string) => Readonly<Record<string, string>>;
  /** Default true. */
  readonly git?: boolean;
  /** What the secret storage holds; `token` is added to it. */
  readonly secrets?: FakeSecrets;
  /** What the workspace remembers. */
  readonly memento?: FakeMemento;
  /** What all windows remember. */
  readonly globalState?: FakeMemento;
  /** What to change in the fake GitLab before the extension starts. */
  readonly prepare?: (app: { readonly gitlab: FakeGitLab; readonly small: SmallProject }) => void;
}

/** A fake GitLab with its small project, and a repository of that. */
export interface Opened {
  readonly gitlab: FakeGitLab;
  readonly small: SmallProject;
  readonly folder: Folder;
  readonly repository: FakeRepository;
}

interface Parts extends Opened {
  readonly git: FakeGit;
  readonly secrets: FakeSecrets;
  readonly memento: FakeMemento;
  readonly globalState: FakeMemento;
}

/** The whole extension, started in the test's editor, beside a fake GitLab with its small project. */
export class App {
  readonly gitlab: FakeGitLab;
  readonly small: SmallProject;
  readonly folder: Folder;
  readonly git: FakeGit;
  readonly repository: FakeRepository;
  readonly secrets: FakeSecrets;
  readonly memento: FakeMemento;
  readonly globalState: FakeMemento;
  private readonly further: Opened[] = [];
  private seenRequests = 0;

  private constructor(
    parts: Parts,
    private readonly subscriptions: { dispose(): unknown }[],
    public exports: ReturnType<typeof activate>,
  ) {
    ({
      gitlab: this.gitlab,
      small: this.small,
      folder: this.folder,
      git: this.git,
      repository: this.repository,
      secrets: this.secrets,
      memento: this.memento,
      globalState: this.globalState,
    } = parts);
  }

  static async start(options: AppOptions = {}): Promise<App> {
    const opened = await prepared(options);
    const { gitlab, small, folder, repository } = opened;
    const git = new FakeGit();
    git.open(repository);
    const [secrets, memento] = [options.secrets ?? new FakeSecrets(), options.memento ?? new FakeMemento()];
    const globalState = options.globalState ?? new FakeMemento();
    const token = options.token === undefined ? small.token : options.token;
    if (token !== null) await signIn(secrets, gitlab.url, token);
    prepareEditor(options, gitlab.url, folder.path, git);
    const subscriptions: { dispose(): unknown }[] = [];
    const context = {
      subscriptions,
      secrets,
      workspaceState: memento,
      globalState,
      ...storageOf(folder),
    };
    const exports = await activated(context, options.environment?.(gitlab.url) ?? {});
    return new App({ ...opened, git, secrets, memento, globalState }, subscriptions, exports);
  }

  /** One more repository, with a fake GitLab of its own; its tokens are those of the first's. */
  async open(options: Pick<AppOptions, 'gitlab' | 'token' | 'remote' | 'prepare'> = {}): Promise<Opened> {
    const opened = await prepared(options);
    this.further.push(opened);
    if (options.token !== null) await signIn(this.secrets, opened.gitlab.url, options.token ?? opened.small.token);
    this.git.open(opened.repository);
    return opened;
  }

  /** Closes the window and opens it again. */
  async restart(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    const { subscriptions, secrets, memento, globalState } = this;
    this.close();
    editor().views.splice(0);
    editor().statusBarItems.splice(0);
    const context = { subscriptions, secrets, workspaceState: memento, globalState, ...storageOf(this.folder) };
    this.exports = await activated(context, environment);
  }

  private close(): void {
    for (const one of this.subscriptions.splice(0)) one.dispose();
  }

  async stop(): Promise<void> {
    this.close();
    for (const { gitlab, folder } of [this, ...this.further]) {
      await gitlab.close();
      await folder.remove();
    }
  }

  get api(): GitLabBuildsAPI {
    return this.exports.getAPI(1);
  }

  /** What the API says of one repository. */
  of({ repository }: Pick<Opened, 'repository'>): RepositoryBuilds | undefined {
    return this.api.repositories.find(({ rootUri }) => rootUri === repository.rootUri.toString());
  }

  /** Waits for a state, and gives what the API says then. */
  async shows(
    state: RepositoryBuilds['state'],
    isIt: (shown: RepositoryBuilds) => boolean = () => true,
  ): Promise<RepositoryBuilds> {
    return until(`the state ${state}`, () => this.api.repositories.find((one) => one.state === state && isIt(one)));
  }

  /** Waits until GitLab was asked, after the builds were shown, for what is good to know of them. */
  async knowsAll({ gitlab, repository }: Opened = this): Promise<void> {
    const answered = (part: string): boolean =>
      gitlab.requests.some(({ path, status }) => path.includes(part) && status > 0);
    const { version } = gitlab.world.profile;
    const isScopeTold = isAtLeast(parseVersion(version) ?? { major: 0, minor: 0 }, 15, 5);
    const isAnyActive = (this.of({ repository })?.builds ?? []).some(isActive);
    const wanted = [
      ...(isAnyActive ? ['scope=success'] : []),
      ...(isScopeTold ? ['/personal_access_tokens/self'] : []),
    ];
    await until(wanted.join(' and '), () => wanted.every(answered));
    // What was sent is read within a few turns of the same event loop.
    for (let turn = 0; turn < 10; turn++) await nextTurn();
  }

  /** As VS Code runs it, from a row's menu where a row is given: resolves when the command has ended. */
  async run(command: string, ...args: readonly unknown[]): Promise<void> {
    const isRow = typeof args[0] === 'object' && args[0] !== null && 'node' in args[0];
    await this.handler(command)(...args, ...(isRow && args.length === 1 ? [undefined] : []));
  }

  /** From the view's own menu, which passes the focused row. */
  async runFromTitle(command: string, focused: unknown): Promise<void> {
    await this.handler(command)(focused);
  }

  private handler(command: string): (...args: readonly unknown[]) => unknown {
    const handler = editor().commands.get(`gitlabBuilds.${command}`);
    if (handler === undefined) throw new Error(`no command ${command}`);
    return handler;
  }

  async rows(): Promise<readonly Row[]> {
    const [view] = editor().views;
    return view === undefined ? [] : rowsOf(view);
  }

  async drawn(): Promise<readonly string[]> {
    return drawn(await this.rows());
  }

  /** What a command of a row's menu is given. A build's row is known by its name, any other by its label. */
  async row(label: string, { repository }: Pick<Opened, 'repository'> = this): Promise<unknown> {
    const rows = await this.rows();
    const root = repository.rootUri.toString();
    const row = rows.find(({ item, element }) => item.label === label && (element as { root: string }).root === root);
    if (row === undefined) throw new Error(`no row ${label} in\n${drawn(rows).join('\n')}`);
    return row.element;
  }

  /** The requests since the last call, as `GET builds/5`: relative to the project. */
  asked(): readonly string[] {
    const news = this.gitlab.requests.slice(this.seenRequests);
    this.seenRequests += news.length;
    const commit = `repository/commits/${this.small.sha}/builds`;
    return news.map(({ method, path }) => {
      const [resource = ''] = path.split('?');
      return `${method} ${resource.replace(/^\/api\/v[34]\/projects\/\d+\//, '').replace(commit, 'commit')}`;
    });
  }
}

/** Beside the repository, and removed with it. */
function storageOf({ storage, workspaceStorage }: Folder): Storage {
  return { globalStorageUri: Uri.file(storage), storageUri: Uri.file(workspaceStorage) };
}

interface Storage {
  readonly globalStorageUri: Uri;
  readonly storageUri: Uri;
}

export async function signIn(secrets: FakeSecrets, url: string, token: string): Promise<void> {
  const tokens = new Tokens(secrets, {});
  await tokens.store(url, token);
  tokens.dispose();
}

async function prepared(options: Pick<AppOptions, 'gitlab' | 'remote' | 'prepare'>): Promise<Opened> {
  const gitlab = await startGitLab(options.gitlab);
  const small = smallProject(gitlab.world);
  options.prepare?.({ gitlab, small });
  const url = options.remote?.(gitlab.url) ?? `${gitlab.url}/${small.project.path}.git`;
  const folder = await makeRepositoryFolder({ origin: url });
  const repository = new FakeRepository(folder.path, { name: small.ref, commit: small.sha });
  repository.setRemotes([{ name: 'origin', fetchUrl: url }]);
  return { gitlab, small, folder, repository };
}

function prepareEditor(options: AppOptions, url: string, root: string, git: FakeGit): void {
  const { configuration, extensions } = editor();
  editor().folders = [Uri.file(root)];
  Object.assign(configuration.global, options.settings?.(url));
  Object.assign(configuration.workspace, options.workspaceSettings?.(url));
  if (options.git !== false) extensions.set('vscode.git', git);
}

/** Until the shell has started, so that the environment of whoever runs the tests does not matter. */
async function activated(
  context: Pick<ExtensionContext, 'secrets' | 'workspaceState'> &
    Storage & {
      readonly globalState: FakeMemento;
      readonly subscriptions: { dispose(): unknown }[];
    },
  environment: Readonly<Record<string, string>>,
): Promise<ReturnType<typeof activate>> {
  const wanted: Readonly<Record<string, string>> = { PATH: pathWithoutGlab(), ...environment };
  const names = [...new Set(['GITLAB_TOKEN', 'GITLAB_HOST', ...Object.keys(wanted)])];
  const before = names.map((name) => process.env[name]);
  for (const name of names) setVariable(name, wanted[name]);
  try {
    const exports = activate({ ...context, extension: { packageJSON: manifest } } as unknown as ExtensionContext);
    await until('the view', () => editor().views.length > 0);
    return exports;
  } finally {
    names.forEach((name, index) => setVariable(name, before[index]));
  }
}

/** Whoever runs the tests may be signed in to something. */
function pathWithoutGlab(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.filter((folder) => !existsSync(join(folder, 'glab'))).join(delimiter);
}

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}
