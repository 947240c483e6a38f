import type { ExtensionContext } from 'vscode';
import manifest from '../../package.json';
import { activate } from '../../src/extension';
import type { GitLabBuildsAPI, RepositoryBuilds } from '../../src/ui/api';
import { Tokens } from '../../src/ui/tokens';
import { smallProject, type SmallProject } from '../gitlab/scenarios';
import { type FakeGitLab, type FakeOptions, startGitLab } from '../gitlab/server';
import { Uri } from './fake/basics';
import { editor } from './fake/editor';
import { FakeGit, FakeRepository } from './fake/git';
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
  /** What to change in the fake GitLab before the extension starts. */
  readonly prepare?: (app: { readonly gitlab: FakeGitLab; readonly small: SmallProject }) => void;
}

interface Parts {
  readonly gitlab: FakeGitLab;
  readonly small: SmallProject;
  readonly folder: Folder;
  readonly git: FakeGit;
  readonly repository: FakeRepository;
  readonly secrets: FakeSecrets;
}

/** The whole extension, started in the test's editor, beside a fake GitLab with its small project. */
export class App {
  readonly gitlab: FakeGitLab;
  readonly small: SmallProject;
  readonly folder: Folder;
  readonly git: FakeGit;
  readonly repository: FakeRepository;
  readonly secrets: FakeSecrets;
  private seenRequests = 0;

  private constructor(
    parts: Parts,
    private readonly subscriptions: readonly { dispose(): unknown }[],
    readonly exports: ReturnType<typeof activate>,
  ) {
    ({
      gitlab: this.gitlab,
      small: this.small,
      folder: this.folder,
      git: this.git,
      repository: this.repository,
      secrets: this.secrets,
    } = parts);
  }

  static async start(options: AppOptions = {}): Promise<App> {
    const gitlab = await startGitLab(options.gitlab);
    const small = smallProject(gitlab.world);
    options.prepare?.({ gitlab, small });
    const url = options.remote?.(gitlab.url) ?? `${gitlab.url}/${small.project.path}.git`;
    const folder = await makeRepositoryFolder({ origin: url });
    const repository = new FakeRepository(folder.path, { name: small.ref, commit: small.sha });
    repository.setRemotes([{ name: 'origin', fetchUrl: url }]);
    const git = new FakeGit();
    git.open(repository);
    const secrets = new FakeSecrets();
    const token = options.token === undefined ? small.token : options.token;
    if (token !== null) await signIn(secrets, gitlab.url, token);
    furnish(options, gitlab.url, folder.path, git);
    const subscriptions: { dispose(): unknown }[] = [];
    const exports = await activated({ subscriptions, secrets }, options.environment?.(gitlab.url) ?? {});
    return new App({ gitlab, small, folder, git, repository, secrets }, subscriptions, exports);
  }

  async stop(): Promise<void> {
    for (const one of this.subscriptions) one.dispose();
    await this.gitlab.close();
    await this.folder.remove();
  }

  get api(): GitLabBuildsAPI {
    return this.exports.getAPI(1);
  }

  /** Waits for a state, and gives what the API says then. */
  async shows(
    state: RepositoryBuilds['state'],
    isIt: (shown: RepositoryBuilds) => boolean = () => true,
  ): Promise<RepositoryBuilds> {
    return until(`the state ${state}`, () => this.api.repositories.find((one) => one.state === state && isIt(one)));
  }

  /** As VS Code runs it: resolves when the command has ended. */
  async run(command: string, ...args: readonly unknown[]): Promise<void> {
    const handler = editor().commands.get(`gitlabBuilds.${command}`);
    if (handler === undefined) throw new Error(`no command ${command}`);
    await handler(...args);
  }

  async rows(): Promise<readonly Row[]> {
    const [view] = editor().views;
    return view === undefined ? [] : rowsOf(view);
  }

  async drawn(): Promise<readonly string[]> {
    return drawn(await this.rows());
  }

  /** What a command of a row's menu is given. A build's row is known by its name, any other by its label. */
  async row(label: string): Promise<unknown> {
    const rows = await this.rows();
    const row = rows.find(({ item }) => item.label === label);
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

export async function signIn(secrets: FakeSecrets, url: string, token: string): Promise<void> {
  const tokens = new Tokens(secrets, {});
  await tokens.store(url, token);
  tokens.dispose();
}

function furnish(options: AppOptions, url: string, root: string, git: FakeGit): void {
  const { configuration, extensions } = editor();
  editor().folders = [Uri.file(root)];
  Object.assign(configuration.global, options.settings?.(url));
  Object.assign(configuration.workspace, options.workspaceSettings?.(url));
  if (options.git !== false) extensions.set('vscode.git', git);
}

/** Until the shell has started, so that the environment of whoever runs the tests does not matter. */
async function activated(
  context: Pick<ExtensionContext, 'secrets'> & { readonly subscriptions: { dispose(): unknown }[] },
  environment: Readonly<Record<string, string>>,
): Promise<ReturnType<typeof activate>> {
  const names = ['GITLAB_TOKEN', 'GITLAB_HOST'] as const;
  const before = names.map((name) => process.env[name]);
  for (const name of names) setVariable(name, environment[name]);
  try {
    const exports = activate({ ...context, extension: { packageJSON: manifest } } as unknown as ExtensionContext);
    await until('the view', () => editor().views.length > 0);
    return exports;
  } finally {
    names.forEach((name, index) => setVariable(name, before[index]));
  }
}

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}
