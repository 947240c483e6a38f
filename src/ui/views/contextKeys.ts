import { commands } from 'vscode';
import { isUnpushed, listingOf, targetOf, type Snapshot } from '../../core/model/snapshot';
import type { ViewState } from '../session/repositoryView';

/** `gitlabBuilds.state`: one word for each state that the view tells apart. */
export function stateWord(snapshot: Snapshot): string {
  switch (snapshot.kind) {
    case 'noProject':
      return snapshot.reason;
    case 'signedOut':
      return snapshot.known ? 'signedOut' : 'unknownHost';
    case 'ready':
      return hasBuilds(snapshot) ? 'ready' : wordWithoutBuilds(snapshot);
    case 'loading':
    case 'failed':
      return snapshot.kind;
    default:
      return snapshot satisfies never;
  }
}

function wordWithoutBuilds(snapshot: Extract<Snapshot, { kind: 'ready' }>): string {
  if (snapshot.ciHidden === true) return 'ciHidden';
  if (isUnpushed(snapshot)) return 'notPushed';
  return snapshot.watchingSince === undefined ? 'noBuilds' : 'watching';
}

function hasBuilds(snapshot: Snapshot | undefined): boolean {
  const { builds, pipelines } = listingOf(snapshot);
  return builds.length > 0 || pipelines.length > 0;
}

/**
 * The context keys that the manifest's `when` clauses read. Where several repositories are open, their rows tell each
 * one's state, and what is said of a commit is said of the active one's.
 */
export async function setContext({ repositories, active }: ViewState, filtered: boolean): Promise<void> {
  const [first] = repositories;
  const several = repositories.length > 1;
  const shown = (repositories.find(({ root }) => root === active) ?? first)?.snapshot;
  const target = targetOf(shown);
  const keys = {
    state: several ? 'several' : shown === undefined ? undefined : stateWord(shown),
    failure: !several && shown?.kind === 'failed' ? shown.failure.kind : undefined,
    hasBuilds: repositories.some(({ snapshot }) => hasBuilds(snapshot)),
    hasCommit: target !== undefined,
    pinned: target?.pinned === true,
    unpushed: isUnpushed(shown),
    elsewhere: shown?.kind === 'ready' && shown.elsewhere !== undefined,
    filtered,
  };
  await Promise.all(
    Object.entries(keys).map(([key, value]) => commands.executeCommand('setContext', `gitlabBuilds.${key}`, value)),
  );
}

/** A key that tells of the editor in front, or of something else than builds. */
export async function setKey(name: 'logHasTimes' | 'hasProblems', value: boolean): Promise<void> {
  await commands.executeCommand('setContext', `gitlabBuilds.${name}`, value);
}
