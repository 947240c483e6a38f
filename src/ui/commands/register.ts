import { commands, type Disposable } from 'vscode';
import type { Command, CommandContext } from './command';

/** Every command of the manifest → its code, loaded when it is first run. */
const table: Readonly<Record<string, () => Promise<Command>>> = {
  refresh: async () => (await import('./view')).refresh,
  groupBy: async () => (await import('./view')).groupBy,
  filter: async () => (await import('./view')).filter,
  showOutput: async () => (await import('./diagnostics')).showOutput,
  copyDiagnostics: async () => (await import('./diagnostics')).copyDiagnostics,
  signIn: async () => (await import('./account')).signIn,
  signOut: async () => (await import('./account')).signOut,
  retry: async () => (await import('./actions')).retry,
  cancel: async () => (await import('./actions')).cancel,
  erase: async () => (await import('./actions')).erase,
  retryFailed: async () => (await import('./actions')).retryFailed,
  cancelActive: async () => (await import('./actions')).cancelActive,
  downloadArtifacts: async () => (await import('./artifacts')).downloadArtifacts,
  openInBrowser: async () => (await import('./links')).openInBrowser,
  copyUrl: async () => (await import('./links')).copyUrl,
  selectCommit: async () => (await import('./commits')).selectCommit,
  followHead: async () => (await import('./commits')).followHead,
};

export const commandNames: readonly string[] = Object.keys(table);

export function registerCommands(context: CommandContext): readonly Disposable[] {
  return Object.entries(table).map(([name, load]) =>
    commands.registerCommand(`gitlabBuilds.${name}`, (...args: readonly unknown[]) =>
      context.report.guard(name, async () => (await load())(context, args)),
    ),
  );
}
