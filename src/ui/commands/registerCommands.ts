import { commands, type Disposable } from 'vscode';

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

interface Runner {
  run(name: string, args: readonly unknown[]): Promise<void>;
}

/**
 * Prefixes of command ids. Menus of rows and editors know what to act on, so their commands don't ask: they are the
 * same ones under a second id, with a title without "…", since VS Code knows one title per id.
 */
const prefixes = ['gitlabBuilds.row.', 'gitlabBuilds.'];

/** Registers the commands of the manifest. A command invoked early waits for `started`. */
export function registerCommands(packageJson: unknown, started: Promise<Runner>): readonly Disposable[] {
  const { contributes } = packageJson as Manifest;
  return contributes.commands.map(({ command }) =>
    commands.registerCommand(command, async (...args: readonly unknown[]) => {
      await (await started).run(nameOf(command), args);
    }),
  );
}

function nameOf(id: string): string {
  const prefix = prefixes.find((one) => id.startsWith(one)) ?? '';
  return id.slice(prefix.length);
}
