import { env, window, type EventEmitter, type ExtensionContext } from 'vscode';
import type { Attention } from '../core/schedule';
import type { RepositoryBuilds } from './api';
import { BuildTree } from './buildTree';
import { Clients } from './clients';
import { table } from './commands/table';
import { Git } from './git';
import { Report } from './report';
import { toRepositoryBuilds } from './repositoryBuilds';
import { Session } from './session';
import { Settings } from './settings';
import { StatusBar } from './statusBar';
import { Tokens } from './tokens';
import { VariableMemory } from './variables';

/** The running extension, as the commands and the exports of the entry reach it. */
export interface Shell {
  /** Never rejects: what goes wrong is told to the user. `name` is the part after `gitlabBuilds.` */
  run(name: string, args: readonly unknown[]): Promise<void>;
  repositories(): readonly RepositoryBuilds[];
  refresh(): Promise<void>;
}

/** Builds the objects and wires them; the only place that does. */
export function startShell(context: ExtensionContext, changed: EventEmitter<void>): Shell {
  const { version } = context.extension.packageJSON as { readonly version: string };
  const log = window.createOutputChannel('GitLab Builds', { log: true });
  const report = new Report(log);
  const git = new Git();
  const settings = new Settings();
  const tokens = new Tokens(context.secrets, process.env);
  const clients = new Clients(log, `GitLab-Builds/${version} (${env.appName})`, (url) => tokens.get(url));
  const attention = (): Attention => ({ visible: tree.view.visible, focused: window.state.focused });
  const clock = { now: Date.now, setTimeout, clearTimeout };
  const session = new Session({ git, settings, tokens, clients, attention, log, clock });
  const tree = new BuildTree(() => settings.groupBy(session.repository?.rootUri));
  const statusBar = new StatusBar();
  context.subscriptions.push(
    ...[log, git, settings, tokens, session, tree, statusBar],
    session.onDidChange((snapshot) => {
      tree.show(snapshot);
      statusBar.show(snapshot);
      changed.fire();
    }),
    settings.onDidChangeLook(() => tree.redraw()),
    window.onDidChangeWindowState(() => session.attend()),
    tree.view.onDidChangeVisibility(() => session.attend()),
  );
  void report.guard('start', () => git.start());
  const variables = new VariableMemory(context.secrets);
  const parts = { session, clients, tokens, settings, tree, variables, report, log, version };
  return {
    run: (name, args) => report.guard(name, async () => table[name]?.(parts, args)),
    repositories: () => repositories(session),
    refresh: () => session.refresh(),
  };
}

function repositories({ repository, snapshot }: Session): readonly RepositoryBuilds[] {
  const known = repository !== undefined && snapshot !== undefined;
  return known ? [toRepositoryBuilds(repository.rootUri.toString(), snapshot)] : [];
}
