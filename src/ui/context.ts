import { commands } from 'vscode';
import { targetOf, type Snapshot } from '../core/snapshot';

/** `gitlabBuilds.state`: one word for each state that the view tells apart. */
export function stateWord(snapshot: Snapshot): string {
  switch (snapshot.kind) {
    case 'noProject':
      return snapshot.reason;
    case 'signedOut':
      return snapshot.known ? 'signedOut' : 'unknownHost';
    case 'ready':
      return snapshot.builds.length === 0 && snapshot.pipelines.length === 0 ? 'noBuilds' : 'ready';
    case 'loading':
    case 'failed':
      return snapshot.kind;
    default:
      return snapshot satisfies never;
  }
}

/** The context keys that the manifest's `when` clauses read. */
export async function setContext(snapshot: Snapshot | undefined, filtered: boolean): Promise<void> {
  const target = targetOf(snapshot);
  const keys = {
    state: snapshot === undefined ? undefined : stateWord(snapshot),
    failure: snapshot?.kind === 'failed' ? snapshot.failure.kind : undefined,
    hasCommit: target !== undefined,
    pinned: target?.pinned === true,
    filtered,
  };
  await Promise.all(
    Object.entries(keys).map(([key, value]) => commands.executeCommand('setContext', `gitlabBuilds.${key}`, value)),
  );
}
