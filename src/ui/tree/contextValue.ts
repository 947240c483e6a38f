import {
  canCancel,
  canDeleteArtifacts,
  canErase,
  canForceCancel,
  canKeep,
  canPlay,
  canPlayWithVariables,
  canRetry,
  hasArtifacts,
  hasFailed,
  isUnderWay,
  statusClass,
  type Build,
} from '../../core/model/build';
import { buildsOf, isUnpushed, targetOf } from '../../core/model/snapshot';
import type { RowNode } from './treeRows';
import type { RepositoryView } from '../session/repositoryView';

/** Words for `viewItem`: the kind first, then what can be done; with a token that may only read, nothing. */
export function contextValue(node: RowNode, readOnly: boolean): string {
  switch (node.kind) {
    case 'pipeline':
    case 'stage':
    case 'status':
      return words(node.kind, {
        ...(readOnly ? {} : groupAbilities(node.builds)),
        hasArtifacts: node.builds.some(hasArtifacts),
      });
    case 'group':
      return words('group', {
        ...abilitiesOfAny(node.builds, readOnly),
        ...(readOnly ? {} : groupAbilities(node.builds)),
      });
    case 'repository':
      return words('repository', repositoryAbilities(node.repository, readOnly));
    case 'build':
      return words('build', {
        ...(readOnly ? {} : { ...startable(node.build), ...groupAbilities(node.child?.builds ?? []) }),
        ...keepsakes(node.build, readOnly),
      });
    case 'attempt': // A superseded attempt is over: its successor is what can be retried.
      return words('attempt', keepsakes(node.build, readOnly));
    case 'artifacts':
      return words('artifacts', archiveAbilities(node.build, readOnly));
    case 'artifactFile':
    case 'artifactFolder':
      return words(node.kind, { openable: node.uri !== undefined });
    case 'artifactReport':
    case 'artifactNote':
    case 'tests':
    case 'test':
      return node.kind;
    default:
      return node satisfies never;
  }
}

function groupAbilities(builds: readonly Build[]): Record<string, boolean> {
  return {
    hasFailed: builds.some((build) => hasFailed(build) && canRetry(build)),
    hasActive: builds.some((build) => isUnderWay(build) && canCancel(build)),
  };
}

/** What can be done to one of them at least, as to a selection of their rows. */
function abilitiesOfAny(builds: readonly Build[], readOnly: boolean): Record<string, boolean> {
  const each = builds.map((build) => ({
    ...(readOnly ? {} : startable(build)),
    erasable: !readOnly && canErase(build),
    ...archiveAbilities(build, readOnly),
  }));
  const all: Record<string, boolean> = {};
  for (const [ability, can] of each.flatMap((one) => Object.entries(one))) all[ability] = all[ability] === true || can;
  return all;
}

function repositoryAbilities({ snapshot }: RepositoryView, readOnly: boolean): Record<string, boolean> {
  return {
    signedOut: snapshot?.kind === 'signedOut',
    pinned: targetOf(snapshot)?.pinned === true,
    unpushed: isUnpushed(snapshot),
    ...(readOnly ? {} : groupAbilities(buildsOf(snapshot))),
  };
}

function startable(build: Build): Record<string, boolean> {
  return {
    retryable: canRetry(build),
    cancelable: canCancel(build),
    forceCancelable: canForceCancel(build),
    playable: canPlay(build),
    variables: canPlayWithVariables(build),
  };
}

function keepsakes(build: Build, readOnly: boolean): Record<string, boolean> {
  return {
    erasable: !readOnly && canErase(build),
    ...archiveAbilities(build, readOnly),
    hasLog: mayHaveLog(build),
    failed: mayTellFailure(build),
  };
}

function archiveAbilities(build: Build, readOnly: boolean): Record<string, boolean> {
  return {
    hasArtifacts: hasArtifacts(build),
    keepable: !readOnly && canKeep(build),
    artifactsDeletable: !readOnly && canDeleteArtifacts(build),
  };
}

/** Whether a build that has started still has one, GitLab does not tell. */
export function mayHaveLog({ kind, startedAt }: Build): boolean {
  return kind === undefined && startedAt !== undefined;
}

/** It has a log, or will have one once it has started. */
export function mayComeToHaveLog(build: Build): boolean {
  return mayHaveLog(build) || (build.kind === undefined && statusClass(build.status) !== 'ended');
}

/** One that has failed, be it allowed to, and whose log may say why. */
export function mayTellFailure(build: Build): boolean {
  return build.status === 'failed' && mayHaveLog(build);
}

function words(kind: string, abilities: Record<string, boolean>): string {
  return [kind, ...Object.keys(abilities).filter((ability) => abilities[ability])].join(' ');
}
