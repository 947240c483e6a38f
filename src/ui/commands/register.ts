import { commands, type Disposable } from 'vscode';
import type { CommandContext } from './command';

/** Registers the manifest's commands; their code is loaded when the first of them is run. */
export function registerCommands(context: CommandContext, names: readonly string[]): readonly Disposable[] {
  return names.map((name) =>
    commands.registerCommand(name, (...args: readonly unknown[]) =>
      context.report.guard(name, async () => {
        const { table } = await import('./table');
        const command = table[name.replace('gitlabBuilds.', '')];
        if (command === undefined) throw new Error(`No code for the command ${name}`);
        await command(context, args);
      }),
    ),
  );
}
