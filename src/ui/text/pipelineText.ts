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

/** `!7 Let people sign in`; undefined of a pipeline of none. */
export function mergeRequestTitle({ mergeRequest }: Pipeline): string | undefined {
  return mergeRequest === undefined ? undefined : `!${mergeRequest.iid} ${mergeRequest.title}`.trim();
}

/** The web page of the merge request it belongs to, below the address that the user knows. */
export function mergeRequestPage({ webUrl, mergeRequest }: Pipeline): string | undefined {
  const project = projectPage(webUrl);
  return project === undefined || mergeRequest === undefined
    ? undefined
    : `${project}merge_requests/${mergeRequest.iid}`;
}

export function commitPage({ webUrl, sha }: Pipeline): string | undefined {
  const project = projectPage(webUrl);
  return project === undefined || !isSha(sha) ? undefined : `${project}commit/${sha}`;
}

/** Where the pages of a project begin: `…/group/project/-/`, and without `-` on GitLab up to 12. */
function projectPage(pipelinePage: string | undefined): string | undefined {
  const at = pipelinePage?.lastIndexOf('pipelines/') ?? -1;
  return at < 0 ? undefined : pipelinePage?.slice(0, at);
}

function isSha(text: string): boolean {
  return (text.length === 40 || text.length === 64) && /^[0-9a-f]+$/.test(text);
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
    isMerge(pipeline, shown.sha) ? l10n.t('result of the merge') : '',
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
  web: () => l10n.t('Run by hand'),
  schedule: () => l10n.t('Schedule'),
  api: () => l10n.t('Run by the API'),
  trigger: () => l10n.t('Trigger'),
  pipeline: () => l10n.t('Other pipeline'),
  parent_pipeline: () => l10n.t('Child pipeline'),
  merge_request_event: () => l10n.t('Merge request'),
  external: () => l10n.t('External'),
};
