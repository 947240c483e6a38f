import { setImmediate } from 'node:timers/promises';
import { EventEmitter, type ExtensionContext } from 'vscode';
import { registerTools } from './ui/agents/registerTools';
import { createExports, type Exports } from './ui/api';
import { registerCommands } from './ui/commands/registerCommands';
import { registerFiles } from './ui/registerFiles';
import { registerUriHandler } from './ui/links/uriHandler';

/**
 * Activation only loads this file: commands and exports are available immediately, and everything else is in a separate
 * chunk. Nothing is requested and no file is read before it returns.
 */
export function activate(context: ExtensionContext): Exports {
  const changed = new EventEmitter<void>();
  // A separate macrotask: with just a promise, VS Code would count the work as activation.
  const started = setImmediate()
    .then(() => import('./ui/shell'))
    .then(({ startShell }) => startShell(context, changed));
  context.subscriptions.push(changed, ...registerFiles(started));
  context.subscriptions.push(...registerCommands(context.extension.packageJSON, started));
  context.subscriptions.push(registerUriHandler(started), ...registerTools(context.extension.packageJSON, started));
  return createExports(started, changed.event);
}
