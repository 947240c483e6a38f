import { l10n } from 'vscode';
import { targetOf, type Ready, type Snapshot } from '../../core/model/snapshot';
import { verdictOf, type Verdict } from '../../core/model/verdict';
import { caveats, projectWords, subjectOf } from '../text/commitText';
import { commitDescription, commitSummary, statusLabel } from '../text/buildText';
import { pipelineFailureWords } from '../text/failureReasons';
import type { RepositoryView } from '../../core/session/repositoryView';
import { standingWithoutBuilds } from '../text/pipelineText';
import { oneLine } from '../text/failures';
import { situationOf } from '../text/situation';

interface RepositoryAppearance {
  /** Codicon; with builds, `status` determines the icon. */
  readonly icon: string;
  readonly status?: string | undefined;
  readonly words: string;
  /** For screen readers. */
  readonly ariaLabel: string;
}

interface Standing {
  readonly icon: string;
  readonly status?: string | undefined;
  readonly parts: readonly string[];
  /** Text beside the status icon; default: the parts. */
  readonly brief?: readonly string[] | undefined;
}

/**
 * Appearance of a repository's row: `1 of 7: rspec · main · abc12345`, or why there is nothing to show. `now` in ms
 * since 1970.
 */
export function repositoryAppearance({ name, snapshot }: RepositoryView, now: number): RepositoryAppearance {
  const { icon, status, parts, brief = parts } = standingOf(snapshot, now);
  const spoken = l10n.t('Repository {0}', oneLine(name));
  return { icon, status, words: brief.join(' · '), ariaLabel: [spoken, ...parts].join(', ') };
}

/** Text of the row on several lines, because a side bar truncates a long one. */
export function repositoryTooltip({ name, snapshot }: RepositoryView, now: number): string {
  const target = targetOf(snapshot);
  const project = target === undefined ? [] : [projectWords(target)];
  return [oneLine(name), ...project, ...standingOf(snapshot, now).parts].join('\n');
}

function standingOf(snapshot: Snapshot | undefined, now: number): Standing {
  if (snapshot === undefined) return { icon: 'repo', parts: [] };
  if (snapshot.kind === 'ready') return standingOfBuilds(snapshot, now);
  const { icon, words, host } = situationOf(snapshot);
  // A failure names its host itself.
  const isNamed = targetOf(snapshot) !== undefined || (host !== undefined && snapshot.kind !== 'failed');
  return { icon, parts: [...(isNamed ? [subjectOf(snapshot)] : []), words] };
}

function standingOfBuilds(snapshot: Ready, now: number): Standing {
  const verdict = verdictOf(snapshot);
  // Builds missing from a truncated list may have failed, so only a failure is certain.
  const isUndecided = snapshot.isPartial === true && verdict.status !== 'failed';
  const status = isUndecided ? undefined : verdict.status;
  const { whole, brief } = wordsOf(verdict) ?? { whole: statusLabel(status ?? '') };
  const said = (words: string | undefined) => {
    if (isUndecided) return [];
    return status === undefined ? [l10n.t('no builds')] : words === undefined ? [] : [words];
  };
  const [subject, reservations] = [subjectOf(snapshot), caveats(snapshot, now)];
  return {
    icon: 'circle-large-outline',
    status,
    parts: [subject, ...said(whole), ...reservations],
    brief: [...said(brief), subject, ...reservations],
  };
}

interface Words {
  readonly whole: string;
  /** Text beside the status icon; undefined if the icon says everything. */
  readonly brief?: string | undefined;
}

function wordsOf(verdict: Verdict): Words | undefined {
  const { builds, failed, broken } = verdict;
  if (broken !== undefined && failed.length === 0)
    return { whole: standingWithoutBuilds(broken), brief: pipelineFailureWords(broken) };
  return builds.length > 0 ? { whole: commitDescription(verdict), brief: commitSummary(verdict) } : undefined;
}
