import { l10n } from 'vscode';
import type { Pipeline } from '../../core/model/pipeline';
import { statusLabel } from './buildText';
import { pipelineFailureWords } from './failureReasons';
import { oneLine } from './failures';

/** `Merge request !7`: what made it. Short, since how it stands must find room behind it. */
export function pipelineLabel({ source = '', ref, mergeRequest }: Pipeline): string {
  const iid = mergeRequest?.iid ?? /^refs\/merge-requests\/(\d+)\//.exec(ref)?.[1];
  if (iid !== undefined) return l10n.t('Merge request !{0}', iid);
  const known = Object.hasOwn(madeBy, source) ? madeBy[source] : undefined;
  if (known !== undefined) return known();
  return source === '' ? l10n.t('Pipeline') : l10n.t('Pipeline ({0})', oneLine(source.replaceAll('_', ' ')));
}

/** What it is told apart by: its ref where it is another than `shown.ref`, the merge request's title, its number. */
export function pipelineSubject(
  pipeline: Pipeline,
  shown: { readonly sha: string | undefined; readonly ref: string | undefined },
): string {
  const { id, ref, mergeRequest } = pipeline;
  const isKnown = ref === shown.ref || ref === '' || ref.startsWith('refs/merge-requests/');
  const parts = [
    isKnown ? '' : oneLine(ref),
    oneLine(mergeRequest?.title ?? ''),
    isMerge(pipeline, shown.sha) ? l10n.t('merged result') : '',
    `#${id}`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** `failed · jobs:deploy config contains unknown keys`: how a pipeline that has no builds stands, and why. */
export function standingWithoutBuilds(pipeline: Pipeline): string {
  return [statusLabel(pipeline.status), pipelineFailureWords(pipeline)]
    .filter((part) => part !== undefined)
    .join(' · ');
}

/** It ran on GitLab's own merge of the commit into the target branch. */
function isMerge(pipeline: Pipeline, sha: string | undefined): boolean {
  return sha !== undefined && pipeline.sha !== sha && pipeline.source !== 'parent_pipeline';
}

const madeBy: Readonly<Record<string, () => string>> = {
  push: () => l10n.t('Branch'),
  web: () => l10n.t('Manual run'),
  schedule: () => l10n.t('Schedule'),
  api: () => l10n.t('API'),
  trigger: () => l10n.t('Trigger'),
  pipeline: () => l10n.t('Upstream pipeline'),
  parent_pipeline: () => l10n.t('Child pipeline'),
  merge_request_event: () => l10n.t('Merge request'),
  external: () => l10n.t('External'),
};
