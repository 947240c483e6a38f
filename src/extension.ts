import { env, window, type ExtensionContext } from 'vscode';
import type { Attention } from './core/schedule';
import { createExports, type Exports } from './ui/api';
import { BuildTree } from './ui/buildTree';
import { Clients } from './ui/clients';
import { registerCommands } from './ui/commands/register';
import { Git } from './ui/git';
import { Report } from './ui/report';
import { Session } from './ui/session';
import { Settings } from './ui/settings';
import { StatusBar } from './ui/statusBar';
import { Tokens } from './ui/tokens';

interface Manifest {
  readonly version: string;
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

/** Builds the objects and wires them. No request is made and no file is read before it returns. */
export function activate(context: ExtensionContext): Exports {
  const { version, contributes } = context.extension.packageJSON as Manifest;
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
    log,
    git,
    settings,
    tokens,
    session,
    tree,
    statusBar,
    session.onDidChange((snapshot) => {
      tree.show(snapshot);
      statusBar.show(snapshot);
    }),
    settings.onDidChange(() => tree.redraw()),
    window.onDidChangeWindowState(() => session.attend()),
    tree.view.onDidChangeVisibility(() => session.attend()),
    ...registerCommands(
      { session, clients, tokens, settings, tree, report, log, version },
      contributes.commands.map(({ command }) => command),
    ),
  );
  void report.guard('start', () => git.start());
  return createExports(session);
}
