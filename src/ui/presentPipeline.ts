import { l10n } from 'vscode';
import type { Pipeline } from '../core/pipeline';
import { oneLine } from './sentences';

/** `Branch pipeline #12`: what made it, and its number. */
export function pipelineLabel(pipeline: Pipeline): string {
  return `${kindOfPipeline(pipeline)} #${pipeline.id}`;
}

/** `main`, or for a merge request `!7 Let people sign in · merge result` */
export function pipelineSubject(pipeline: Pipeline, sha: string | undefined): string {
  const { ref, mergeRequest } = pipeline;
  const iid = mergeRequest?.iid ?? /^refs\/merge-requests\/(\d+)\//.exec(ref)?.[1];
  const subject = iid === undefined ? oneLine(ref) : [`!${iid}`, oneLine(mergeRequest?.title ?? '')].join(' ').trim();
  return isMerge(pipeline, sha) ? l10n.t('{0} · result of the merge', subject) : subject;
}

/** It ran on GitLab's own merge of the commit into the target branch. */
function isMerge(pipeline: Pipeline, sha: string | undefined): boolean {
  return sha !== undefined && pipeline.sha !== sha && pipeline.source !== 'parent_pipeline';
}

const madeBy: Readonly<Record<string, () => string>> = {
  push: () => l10n.t('Branch pipeline'),
  web: () => l10n.t('Pipeline run by hand'),
  schedule: () => l10n.t('Scheduled pipeline'),
  api: () => l10n.t('Pipeline run by the API'),
  trigger: () => l10n.t('Triggered pipeline'),
  pipeline: () => l10n.t('Triggered pipeline'),
  parent_pipeline: () => l10n.t('Child pipeline'),
  merge_request_event: () => l10n.t('Merge request pipeline'),
  external: () => l10n.t('External pipeline'),
};

function kindOfPipeline({ source = '', ref, mergeRequest }: Pipeline): string {
  if (mergeRequest !== undefined || ref.startsWith('refs/merge-requests/')) return l10n.t('Merge request pipeline');
  const known = Object.hasOwn(madeBy, source) ? madeBy[source] : undefined;
  if (known !== undefined) return known();
  return source === '' ? l10n.t('Pipeline') : l10n.t('Pipeline ({0})', oneLine(source.replaceAll('_', ' ')));
}
