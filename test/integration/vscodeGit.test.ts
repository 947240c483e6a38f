import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import * as vscode from 'vscode';

interface Repository {
  readonly rootUri: vscode.Uri;
  readonly state: { readonly HEAD?: { readonly commit?: string }; readonly onDidChange: vscode.Event<void> };
}
interface GitExtension {
  getAPI(version: 1): {
    readonly repositories: readonly Repository[];
    openRepository(root: vscode.Uri): Promise<unknown>;
  };
}

describe('vscode.git in this VS Code', () => {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';

  it('lists the repository of the workspace', async () => {
    assert.ok(existsSync(folder), 'no workspace folder is open');
    assert.equal((await repository(folder)).rootUri.fsPath, realpathSync(folder));
  });

  it('reports a commit made outside', async () => {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
    const { state } = await repository(folder);
    await headIs(state, git('rev-parse', 'HEAD'));
    git('commit', '--quiet', '--allow-empty', '--message=From outside');
    await headIs(state, git('rev-parse', 'HEAD'));
  });
});

function headIs(state: Repository['state'], commit: string): Promise<void> {
  if (state.HEAD?.commit === commit) return Promise.resolve();
  return new Promise((resolve) => {
    const listener = state.onDidChange(() => {
      if (state.HEAD?.commit !== commit) return;
      listener.dispose();
      resolve();
    });
  });
}

/** vscode.git finds repositories some time after its activation; asked to open one, it answers when it has. */
async function repository(folder: string): Promise<Repository> {
  const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
  assert.ok(extension, 'vscode.git is missing');
  const git = (await extension.activate()).getAPI(1);
  await git.openRepository(vscode.Uri.file(folder));
  const found = git.repositories.find(({ rootUri }) => rootUri.fsPath === realpathSync(folder));
  assert.ok(found, `no repository in ${folder}`);
  return found;
}
