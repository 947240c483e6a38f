import { isQualityName } from '../../core/artifacts/tests/codeQuality';
import { can, type Ability } from '../../core/model/abilities';
import { statusClass, type Build } from '../../core/model/build';
import { buildsOf, isUnpushed, targetOf } from '../../core/model/snapshot';
import { isInvalid } from '../../core/model/pipeline';
import type { RowNode } from './treeRows';
import type { RepositoryView } from '../../core/session/repositoryView';

/** Keywords of `viewItem` by ability. */
const wordFor = {
  retry: 'retryable',
  cancel: 'cancelable',
  forceCancel: 'forceCancelable',
  play: 'playable',
  playWithVariables: 'variables',
  playWithInputs: 'playInputs',
  retryWithInputs: 'retryInputs',
  retryFailed: 'hasFailed',
  cancelActive: 'hasActive',
  erase: 'erasable',
  downloadArtifacts: 'hasArtifacts',
  keep: 'keepable',
  deleteArtifacts: 'artifactsDeletable',
  openLog: 'hasLog',
  explainFailure: 'failed',
} as const satisfies Partial<Record<Ability, string>>;

type RowAbility = keyof typeof wordFor;

const starting: readonly RowAbility[] = ['retry', 'cancel', 'forceCancel', 'play', 'playWithVariables'];
/** Abilities that prompt for the inputs of a single build. */
const withInputs: readonly RowAbility[] = ['playWithInputs', 'retryWithInputs'];
const inAll: readonly RowAbility[] = ['retryFailed', 'cancelActive'];
const onArchive: readonly RowAbility[] = ['downloadArtifacts', 'keep', 'deleteArtifacts'];
/** Abilities that a superseded attempt keeps. Only its successor can be retried. */
const onResults: readonly RowAbility[] = ['erase', ...onArchive, 'openLog', 'explainFailure'];

/** Value of `viewItem`: kind, then possible actions; with a read-only token, none that change anything. */
export function contextValue(node: RowNode, readOnly: boolean): string {
  const words = (builds: readonly Build[], abilities: readonly RowAbility[]): readonly string[] =>
    abilities.flatMap((ability) => (builds.some((build) => can(build, ability, readOnly)) ? [wordFor[ability]] : []));
  switch (node.kind) {
    case 'pipeline':
      return joined(node.kind, [
        ...(node.listed !== undefined && node.builds.length === 0 && !readOnly ? wordsByStatus(node.status) : []),
        ...words(node.builds, [...inAll, 'downloadArtifacts']),
        ...(isInvalid(node.pipeline) ? ['invalid'] : []),
      ]);
    case 'stage':
    case 'status':
      return joined(node.kind, words(node.builds, [...inAll, 'downloadArtifacts']));
    case 'group':
      return joined('group', words(node.builds, [...starting, 'erase', ...onArchive, ...inAll]));
    case 'repository':
      return joined('repository', [
        ...repositoryWords(node.repository),
        ...words(buildsOf(node.repository.snapshot), inAll),
      ]);
    case 'build':
      return joined('build', [
        ...words([node.build], [...starting, ...withInputs]),
        ...words(node.child?.builds ?? [], inAll),
        ...words([node.build], onResults),
      ]);
    case 'attempt':
      return joined('attempt', words([node.build], onResults));
    case 'artifacts':
      return joined('artifacts', words([node.build], onArchive));
    case 'artifactFile':
      return joined(node.kind, [
        ...(node.uri === undefined ? [] : ['openable']),
        ...(isQualityName(node.path) ? ['codeQuality'] : []),
      ]);
    case 'artifactFolder':
      return joined(node.kind, node.uri === undefined ? [] : ['openable']);
    case 'historyCommit':
      return joined(node.kind, node.judged.run === undefined ? [] : ['hasLog']);
    case 'history':
    case 'flaky':
    case 'earlierPipelines':
    case 'pipelineNotice':
    case 'artifactReport':
    case 'artifactNote':
    case 'tests':
    case 'test':
      return node.kind;
    default:
      return node satisfies never;
  }
}

/** Keywords of a pipeline whose builds haven't been loaded. */
function wordsByStatus(status: string): readonly string[] {
  if (status === 'failed') return [wordFor.retryFailed];
  return statusClass(status) === 'active' ? [wordFor.cancelActive] : [];
}

function repositoryWords({ snapshot }: RepositoryView): readonly string[] {
  return [
    ...(snapshot?.kind === 'signedOut' ? ['signedOut'] : []),
    ...(targetOf(snapshot)?.pinned === true ? ['pinned'] : []),
    ...(isUnpushed(snapshot) ? ['unpushed'] : []),
  ];
}

function joined(kind: string, words: readonly string[]): string {
  return [kind, ...words].join(' ');
}
