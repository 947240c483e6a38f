import { env, window, type EventEmitter, type ExtensionContext } from 'vscode';
import { systemClock, type Attention } from '../core/schedule';
import type { RepositoryBuilds } from './api';
import { BuildTree } from './buildTree';
import { Clients } from './clients';
import { table } from './commands/table';
import { Git } from './git';
import { LogColors } from './log/colors';
import { registerLogFeatures } from './log/features';
import { LogEditors } from './log/logEditor';
import { Logs } from './log/logs';
import { Problems } from './log/problems';
import { LogStatus } from './log/logStatus';
import { LogDurations } from './log/logDurations';
import { LogTimes } from './log/logTimes';
import { Notifications } from './notifications';
import { Remembered } from './remembered';
import { Report } from './report';
import { toRepositoryBuilds } from './repositoryBuilds';
import type { ViewState } from './rows';
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
  const clock = systemClock;
  const remembered = new Remembered(context.workspaceState, clock);
  const attention = (): Attention => ({ visible: tree.view.visible, focused: window.state.focused });
  const session = new Session({ git, settings, tokens, clients, remembered, attention, log, clock });
  const tree = new BuildTree((root) => settings.groupBy(session.repositoryOf(root)?.rootUri));
  const statusBar = new StatusBar();
  const variables = new VariableMemory(context.secrets);
  const logs = new Logs({ session, clients, settings, tokens, clock });
  const colors = new LogColors(logs);
  const logEditors = new LogEditors(logs, colors, settings);
  const problems = new Problems(logs, session);
  const logTimes = new LogTimes(logs);
  const parts = {
    session,
    clients,
    tokens,
    settings,
    tree,
    variables,
    logs,
    logEditors,
    logTimes,
    problems,
    report,
    log,
    version,
  };
  const run = (name: string, args: readonly unknown[]) => report.guard(name, async () => table[name]?.(parts, args));
  const notifications = new Notifications({
    clock,
    report,
    settings,
    inSight: () => tree.view.visible && window.state.focused,
    badge: (badge) => (tree.view.badge = badge),
    act: (name, ...args) => run(name, args),
  });
  context.subscriptions.push(
    // The session before what it works with.
    ...[
      problems,
      logEditors,
      colors,
      logTimes,
      new LogDurations(logs),
      new LogStatus(logs, clock),
      ...registerLogFeatures(logs),
      logs,
    ],
    ...[session, notifications, tree, statusBar, clients, remembered, git, settings, tokens, log],
    session.onDidChange((state) => {
      tree.show(state);
      statusBar.show(state);
      notifications.show(state);
      changed.fire();
    }),
    settings.onDidChangeLook(() => tree.redraw()),
    window.onDidChangeWindowState(() => session.attend()),
    tree.view.onDidChangeVisibility(() => session.attend()),
  );
  void report.guard('start', () => git.start());
  return { run, repositories: () => repositories(session.state), refresh: () => session.refresh() };
}

/** None for a window without a repository, and none of a repository of which nothing is known yet. */
function repositories({ repositories: all }: ViewState): readonly RepositoryBuilds[] {
  return all.flatMap(({ root, snapshot }) =>
    root === '' || snapshot === undefined ? [] : [toRepositoryBuilds(root, snapshot)],
  );
}
