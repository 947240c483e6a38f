import { l10n, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { Failure } from '../../core/model/errors';
import type { PipelineNode } from '../../core/model/tree';
import { shortName, shortSha, shownCounts, statusIcon, statusLabel, type Freshness } from '../text/buildText';
import { failureSentence, oneLine } from '../text/failures';
import { pipelineLabel, standingWithoutBuilds } from '../text/pipelineText';
import { agoWords, durationInWords, formatDuration } from '../text/timeText';
import { wallSeconds } from './groupTooltip';
import type { EarlierPipelinesNode, PipelineNoticeNode } from './treeRows';

const { Collapsed, None } = TreeItemCollapsibleState;

/** Row above the earlier pipelines of a branch. */
export function earlierPipelinesItem({ ref, isPinned }: EarlierPipelinesNode): TreeItem {
  const name = oneLine(ref);
  const label = isPinned ? l10n.t('Other pipelines of {0}', name) : l10n.t('Earlier pipelines of {0}', name);
  const item = new TreeItem(label, Collapsed);
  item.iconPath = new ThemeIcon('history');
  item.accessibilityInformation = { label };
  return item;
}

/** Row of a pipeline in the list of its branch: `Fix the tests  passed · 2 h ago · 3:10 · abc12345 · #12`. */
export function listedPipelineItem(node: PipelineNode, freshness: Freshness, now: number): TreeItem {
  const { pipeline, listed, status, builds, shown } = node;
  const sha = shortSha(pipeline.sha);
  const title = oneLine(listed?.title ?? '');
  const purpose = pipelineLabel(pipeline);
  const item = new TreeItem(shortName(title === '' ? sha : title), Collapsed);
  item.iconPath = statusIcon(status, freshness);
  const seconds = listed?.seconds ?? (builds.length === 0 ? undefined : wallSeconds(builds, now));
  const standing = builds.length === 0 ? standingOf(node) : shownCounts(builds, shown, builds.length);
  const [age, number] = [agoWords(listed?.createdAt, now), `#${pipeline.id}`];
  const details = [title === '' ? undefined : sha, purpose === oneLine(pipeline.ref) ? undefined : purpose, number];
  item.description = joined(
    [standing, age, seconds === undefined ? undefined : formatDuration(seconds), ...details],
    ' · ',
  );
  const spoken = [standing, age, seconds === undefined ? undefined : durationInWords(seconds), ...details];
  const label = l10n.t('Pipeline {0}', title === '' ? sha : title);
  item.accessibilityInformation = { label: joined([label, ...spoken], ', ') };
  return item;
}

function standingOf({ pipeline, status }: PipelineNode): string {
  return pipeline.status === 'failed' ? standingWithoutBuilds(pipeline) : statusLabel(status);
}

function joined(parts: readonly (string | undefined)[], separator: string): string {
  return parts.filter((part) => part !== undefined && part !== '').join(separator);
}

/** Row in place of pipelines or builds. A click loads them again, or opens the page of a pipeline that isn't readable. */
export function pipelineNoticeItem(node: PipelineNoticeNode, { root }: { readonly root: string }): TreeItem {
  const { failure, bridge } = node;
  const item = new TreeItem(noticeText(node), None);
  if (failure === undefined) return item;
  item.iconPath = new ThemeIcon('warning', new ThemeColor('charts.yellow'));
  if (bridge !== undefined && isUnreadable(failure)) {
    item.description = l10n.t('Open in Browser');
    const argument = { build: bridge.build.id, repository: bridge.root };
    item.command = { title: item.description, command: 'gitlabBuilds.openInBrowser', arguments: [argument] };
  } else {
    item.description = l10n.t('Retry');
    item.command = { title: item.description, command: 'gitlabBuilds.branchBuilds', arguments: [{ retry: root }] };
  }
  item.accessibilityInformation = { label: `${noticeText(node)}, ${item.description}` };
  return item;
}

function noticeText({ failure, bridge, id }: PipelineNoticeNode): string {
  if (failure === undefined)
    return id.startsWith('branch') ? l10n.t('No other pipelines') : l10n.t('No builds to show');
  const elsewhere = bridge?.build.elsewhere;
  if (elsewhere !== undefined && isUnreadable(failure))
    return l10n.t("Your token can't read pipeline #{0} of {1}.", elsewhere.pipeline, oneLine(elsewhere.project));
  return failureSentence(failure);
}

function isUnreadable({ kind }: Failure): boolean {
  return kind === 'notFound' || kind === 'forbidden';
}
