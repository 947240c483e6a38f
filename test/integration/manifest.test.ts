import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { api, extensionId } from './support';

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

describe('the extension in a real VS Code', () => {
  it('is activated automatically once VS Code has started', async () => {
    const extension = vscode.extensions.getExtension(extensionId);
    assert.ok(extension, 'VS Code does not know the extension');
    const activated = (): Promise<void> =>
      extension.isActive ? Promise.resolve() : new Promise((resolve) => setTimeout(() => resolve(activated()), 50));
    await activated();
  });

  it("registers its manifest's commands and no others", async () => {
    await api();
    const registered = (await vscode.commands.getCommands(true)).filter(
      // VS Code makes commands of its own for every view: `gitlabBuilds.builds.focus` and so on.
      (command) => command.startsWith('gitlabBuilds.') && !command.startsWith('gitlabBuilds.builds.'),
    );
    const manifest = vscode.extensions.getExtension(extensionId)?.packageJSON as Manifest;
    assert.deepEqual(registered.sort(), manifest.contributes.commands.map(({ command }) => command).sort());
  });

  it('exports version 1 of its API and no other', async () => {
    const extension = vscode.extensions.getExtension<{ getAPI(version: number): unknown }>(extensionId);
    const exports = await extension?.activate();
    assert.throws(() => exports?.getAPI(2), /version 2/);
    assert.deepEqual(Object.keys(await api()).sort(), ['onDidChange', 'refresh', 'repositories']);
  });
});
