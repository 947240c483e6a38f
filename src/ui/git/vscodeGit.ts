import { Uri, type Event } from 'vscode';
import type { GitRepository } from '../../core/git/gitRepository';

/** The part of vscode.git's API (version 1) used here; there is no package with its types. */
export interface GitExtension {
  readonly enabled: boolean;
  readonly onDidChangeEnablement: Event<boolean>;
  /** Throws while the setting `git.enabled` is off. */
  getAPI(version: 1): GitApi;
}

export interface GitApi {
  readonly git: { readonly path: string };
  readonly state: 'uninitialized' | 'initialized';
  readonly onDidChangeState: Event<unknown>;
  readonly repositories: readonly GitRepository[];
  readonly onDidOpenRepository: Event<GitRepository>;
  readonly onDidCloseRepository: Event<GitRepository>;
  getRepository(uri: Uri): GitRepository | null;
}

/** Folder of a repository, for VS Code's own functions. */
export function rootUriOf({ rootUri }: Pick<GitRepository, 'rootUri'>): Uri {
  return Uri.parse(rootUri.toString());
}

/** Folder of an open repository; undefined if it was closed. */
export function folderOf(
  session: { readonly repositoryOf: (root: string | undefined) => GitRepository | undefined },
  root: string | undefined,
): Uri | undefined {
  const repository = session.repositoryOf(root);
  return repository === undefined ? undefined : rootUriOf(repository);
}
