import { commands } from 'vscode';
import { can, type Ability } from '../../core/model/abilities';
import { mayHaveTests } from '../../core/model/junitReports';
import { isInvalid, isOfMergeRequest } from '../../core/model/pipeline';
import { isUnpushed, listingOf, targetOf, type Ready, type Snapshot } from '../../core/model/snapshot';
import { failedBuilds } from '../../core/model/verdict';
import type { ViewState } from '../../core/session/repositoryView';
import { situationOf } from '../text/situation';

/** Value of `gitlabBuilds.state`: a keyword for each state that the view distinguishes. */
export function stateWord(snapshot: Snapshot): string {
  if (snapshot.kind !== 'ready') return situationOf(snapshot).state;
  return hasBuilds(snapshot) ? 'ready' : wordWithoutBuilds(snapshot);
}

function wordWithoutBuilds(snapshot: Ready): string {
  if (snapshot.ciHidden === true) return 'ciHidden';
  if (isUnpushed(snapshot)) return 'notPushed';
  return snapshot.watchingSince === undefined ? 'noBuilds' : 'watching';
}

function hasBuilds(snapshot: Snapshot | undefined): boolean {
  const { builds, pipelines } = listingOf(snapshot);
  return builds.length > 0 || pipelines.length > 0;
}

/**
 * Sets the context keys for the manifest's `when` clauses. With several repositories, keys about a commit are the
 * active one's; states are shown by the rows.
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
    hasFailed: repositories.some(({ snapshot }) => failedBuilds(listingOf(snapshot)).length > 0),
    hasCommit: target !== undefined,
    canRunPipeline: target !== undefined && !(shown?.kind === 'ready' && shown.lacksRunPipeline === true),
    pinned: target?.pinned === true,
    unpushed: isUnpushed(shown),
    elsewhere: shown?.kind === 'ready' && shown.elsewhere !== undefined,
    filtered,
    can: [...new Set(repositories.flatMap(({ snapshot }) => abilitiesIn(snapshot)))].join(' '),
  };
  await Promise.all(
    Object.entries(keys).map(([key, value]) => commands.executeCommand('setContext', `gitlabBuilds.${key}`, value)),
  );
}

/** Keywords of `gitlabBuilds.can`, by the abilities of which a build needs one. */
const abilityWords: Readonly<Record<string, readonly Ability[]>> = {
  retryable: ['retry'],
  cancelable: ['cancel', 'forceCancel'],
  erasable: ['erase'],
  playable: ['play'],
  variables: ['playWithVariables'],
  playInputs: ['playWithInputs'],
  retryInputs: ['retryWithInputs'],
  keepable: ['keep'],
  artifactsDeletable: ['deleteArtifacts'],
  retryFailed: ['retryFailed'],
  cancelActive: ['cancelActive'],
  hasArtifacts: ['downloadArtifacts'],
  hasLog: ['openLog'],
  failed: ['explainFailure'],
  watchable: ['watch'],
};

/** Keywords for actions that palette commands could perform on the displayed builds. */
function abilitiesIn(snapshot: Snapshot | undefined): readonly string[] {
  if (snapshot?.kind !== 'ready') return [];
  const { builds, pipelines, readOnly } = snapshot;
  const permit = (ability: Ability) => builds.some((build) => can(build, ability, readOnly));
  return [
    ...Object.entries(abilityWords).flatMap(([word, abilities]) => (abilities.some(permit) ? [word] : [])),
    ...(builds.some(mayHaveTests) ? ['tests'] : []),
    ...(pipelines.length > 0 ? ['pipeline'] : []),
    ...(pipelines.some(isInvalid) ? ['invalid'] : []),
    ...(pipelines.some(isOfMergeRequest) ? ['mergeRequest'] : []),
  ];
}

/** Sets a context key about something other than builds, such as the active editor. `signedIn`: a token is stored. `logOpened`: a log was shown. */
export async function setKey(
  name: 'logOpened' | 'logHasFailed' | 'logHasTimes' | 'hasProblems' | 'signedIn' | 'hasSettingFlaws',
  value: boolean,
): Promise<void> {
  await commands.executeCommand('setContext', `gitlabBuilds.${name}`, value);
}
