import { l10n, ThemeIcon } from 'vscode';
import type { Build } from '../../core/model/build';
import type { Pipeline } from '../../core/model/pipeline';
import { statusIcon, statusLabel, type Freshness } from './buildText';
import { pipelineFailureWords } from './failureReasons';
import { oneLine } from './failures';

/** Purpose of a pipeline: `main`, `v1.0`, `!7 Let people sign in`, `Schedule`, or its name. */
export function pipelineLabel(pipeline: Pipeline): string {
  const { source = '', ref, name = '' } = pipeline;
  if (oneLine(name) !== '') return oneLine(name);
  const iid = iidOf(pipeline);
  if (iid !== undefined) return l10n.t('!{0} {1}', iid, oneLine(pipeline.mergeRequest?.title ?? '')).trim();
  const known = Object.hasOwn(madeBy, source) ? madeBy[source] : undefined;
  if (known !== undefined) return known();
  if (isOfRef(source)) return oneLine(ref) || l10n.t('Pipeline');
  return l10n.t('Pipeline ({0})', oneLine(source.replaceAll('_', ' ')));
}

/** Title of a pipeline's merge request: `!7 Let people sign in`; undefined if there is none. */
export function mergeRequestTitle({ mergeRequest }: Pipeline): string | undefined {
  return mergeRequest === undefined ? undefined : `!${mergeRequest.iid} ${mergeRequest.title}`.trim();
}

/** Web page of a pipeline's merge request, below the configured base URL. */
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

/** Prefix of a project's pages: `…/group/project/-/`, without `-` on GitLab up to 12. */
function projectPage(pipelinePage: string | undefined): string | undefined {
  const at = pipelinePage?.lastIndexOf('pipelines/') ?? -1;
  return at < 0 ? undefined : pipelinePage?.slice(0, at);
}

function isSha(text: string): boolean {
  return (text.length === 40 || text.length === 64) && /^[0-9a-f]+$/.test(text);
}

/** Label for screen readers. `builds`: the pipeline's own. */
export function pipelineAriaLabel(pipeline: Pipeline, builds: readonly Build[]): string {
  const label = pipelineLabel(pipeline);
  switch (purposeOf(pipeline, builds)) {
    case 'mergeRequest':
      return l10n.t('Merge request {0}', label);
    case 'tag':
      return l10n.t('Tag {0}', label);
    case 'branch':
      return l10n.t('Branch {0}', label);
    default:
      return l10n.t('Pipeline {0}', label);
  }
}

/** Icon for the pipeline's purpose, in the color of its status. `builds`: the pipeline's own. */
export function pipelineIcon(
  pipeline: Pipeline,
  builds: readonly Build[],
  status: string,
  freshness: Freshness,
): ThemeIcon {
  return new ThemeIcon(icons[purposeOf(pipeline, builds)], statusIcon(status, freshness).color);
}

/** What distinguishes a pipeline from others: its number, and its ref unless the name or `shown.ref` says so. */
export function pipelineSubject(
  pipeline: Pipeline,
  shown: { readonly sha: string | undefined; readonly ref: string | undefined },
): string {
  const { id, ref } = pipeline;
  const isKnown =
    ref === shown.ref || ref.startsWith('refs/merge-requests/') || pipelineLabel(pipeline) === oneLine(ref);
  const parts = [isKnown ? '' : oneLine(ref), isMerge(pipeline, shown.sha) ? l10n.t('merged result') : '', `#${id}`];
  return parts.filter((part) => part !== '').join(' · ');
}

/** Status and reason of a pipeline without builds: `failed · jobs:deploy config contains unknown keys`. */
export function standingWithoutBuilds(pipeline: Pipeline): string {
  return [statusLabel(pipeline.status), pipelineFailureWords(pipeline)]
    .filter((part) => part !== undefined)
    .join(' · ');
}

/** Whether it is a merged results pipeline of the commit. */
function isMerge(pipeline: Pipeline, sha: string | undefined): boolean {
  return sha !== undefined && pipeline.sha !== sha && pipeline.source !== 'parent_pipeline';
}

type Purpose = 'mergeRequest' | 'tag' | 'branch' | 'schedule' | 'other';

function purposeOf(pipeline: Pipeline, builds: readonly Build[]): Purpose {
  const { source = '' } = pipeline;
  if (iidOf(pipeline) !== undefined) return 'mergeRequest';
  if (source === 'schedule') return 'schedule';
  if (!isOfRef(source)) return 'other';
  return builds.some(({ tag }) => tag) ? 'tag' : 'branch';
}

const icons: Readonly<Record<Purpose, string>> = {
  mergeRequest: 'git-pull-request',
  tag: 'tag',
  branch: 'git-branch',
  schedule: 'calendar',
  other: 'rocket',
};

/** Number of its merge request within the project. */
function iidOf({ ref, mergeRequest }: Pipeline): string | number | undefined {
  return mergeRequest?.iid ?? /^refs\/merge-requests\/(\d+)\//.exec(ref)?.[1];
}

/** Whether it ran for a pushed branch or tag, as far as GitLab says. */
function isOfRef(source: string): boolean {
  return source === '' || source === 'push';
}

const madeBy: Readonly<Record<string, () => string>> = {
  web: () => l10n.t('Manual run'),
  schedule: () => l10n.t('Schedule'),
  api: () => l10n.t('API'),
  trigger: () => l10n.t('Trigger'),
  pipeline: () => l10n.t('Upstream pipeline'),
  parent_pipeline: () => l10n.t('Child pipeline'),
  merge_request_event: () => l10n.t('Merge request'),
  external: () => l10n.t('External'),
};
