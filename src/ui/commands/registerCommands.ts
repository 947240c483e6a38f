import { commands, type Disposable } from 'vscode';

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

interface Runner {
  run(name: string, args: readonly unknown[]): Promise<void>;
}

/** Registers the commands of the manifest. A command invoked early waits for `started`. */
export function registerCommands(packageJson: unknown, started: Promise<Runner>): readonly Disposable[] {
  const { contributes } = packageJson as Manifest;
  return contributes.commands.map(({ command }) =>
    commands.registerCommand(command, async (...args: readonly unknown[]) => {
      await (await started).run(command.replace('gitlabBuilds.', ''), args);
    }),
  );
}
