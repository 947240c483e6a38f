import { setImmediate } from 'node:timers/promises';
import { EventEmitter, type ExtensionContext } from 'vscode';
import { createExports, type Exports } from './ui/api';
import { registerArtifactFiles } from './ui/artifacts/register';
import { registerCommands } from './ui/commands/registerCommands';

/**
 * What activation costs is this file and what it imports: commands and exports are there at once, and everything
 * behind them is a chunk of its own that nobody waits for. No request is made and no file of ours read before it
 * returns.
 */
export function activate(context: ExtensionContext): Exports {
  const changed = new EventEmitter<void>();
  // In a turn of its own: a promise alone would be settled before VS Code sees that activation is over.
  const started = setImmediate()
    .then(() => import('./ui/shell'))
    .then(({ startShell }) => startShell(context, changed));
  context.subscriptions.push(changed, registerArtifactFiles(started));
  context.subscriptions.push(...registerCommands(context.extension.packageJSON, started));
  return createExports(started, changed.event);
}
