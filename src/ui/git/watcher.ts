import { Disposable, RelativePattern, Uri, workspace } from 'vscode';
import type { GitFolders } from '../../core/git/gitFolders';

/** Git writes in bursts, so wait until it is quiet, but at most so long after the first change, in ms. */
const [quietMs, maxMs] = [100, 500];
const ownFiles =
  '{HEAD,config.worktree,MERGE_HEAD,CHERRY_PICK_HEAD,REVERT_HEAD,BISECT_LOG,rebase-merge,rebase-apply,reftable/**}';
/** Remotes and upstreams are in the configuration. */
const sharedFiles = '{config,packed-refs,refs/heads/**,refs/remotes/**,reftable/**}';

/**
 * Watches git folders and calls `moved` when HEAD or a ref, local or remote, has moved, or the
 * configuration has changed. vscode.git polls every 5 s, not
 * at all while the window lacks focus, and doesn't report commits pushed to a remote other than the branch's own.
 */
export function watchGit({ own, common }: GitFolders, moved: () => void): Disposable {
  let timer: NodeJS.Timeout | undefined;
  let latest: number | undefined;
  const tell = () => {
    latest = undefined;
    moved();
  };
  const soon = () => {
    const now = performance.now();
    latest ??= now + maxMs;
    clearTimeout(timer);
    timer = setTimeout(tell, Math.min(quietMs, Math.max(latest - now, 0)));
  };
  const watchers = [
    workspace.createFileSystemWatcher(new RelativePattern(Uri.file(own), ownFiles)),
    workspace.createFileSystemWatcher(new RelativePattern(Uri.file(common), sharedFiles)),
  ];
  const listeners = watchers.flatMap((one) => [one.onDidCreate(soon), one.onDidChange(soon), one.onDidDelete(soon)]);
  return new Disposable(() => {
    clearTimeout(timer);
    for (const one of [...listeners, ...watchers]) one.dispose();
  });
}
