import { l10n, window, workspace } from 'vscode';
import type { Build } from '../../core/model/build';
import { pipelinesInOrder, type Pipeline } from '../../core/model/pipeline';
import { listingOf } from '../../core/model/snapshot';
import { UserError } from '../report';
import { toTimelineUri } from '../timeline/timelineUri';
import { shortSha, statusCodicon, statusLabel } from '../text/buildText';
import { withoutIcons } from '../text/failures';
import { pipelineLabel, pipelineSubject } from '../text/pipelineText';
import type { Command, CommandContext } from './command';
import { subjectsOf } from './subjects';
import { inRepository, rootOf, rowsOf, targetSnapshot, toReference, type TargetSnapshot } from './targets';

/** Opens the timeline of a pipeline: that of the row, of the build that is named, or the user's choice. */
export const showTimeline: Command = async (context, args) => {
  const chosen = await chosenPipeline(context, args);
  if (chosen === undefined) return;
  const { root, target, pipeline } = chosen;
  const address = { root, pipeline: pipeline?.id, sha: pipeline?.sha ?? target.sha };
  const uri = toTimelineUri(address, pipeline === undefined ? shortSha(target.sha) : pipelineLabel(pipeline));
  await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
};

interface Chosen extends TargetSnapshot {
  /** Undefined on GitLab up to 8.12, which has no pipeline ids. */
  readonly pipeline: Pipeline | undefined;
}

async function chosenPipeline(context: CommandContext, args: readonly unknown[]): Promise<Chosen | undefined> {
  if (toReference(args[0]) !== undefined) return pipelineOfReference(context, args);
  const [row] = rowsOf(args);
  const place = targetSnapshot(context, row?.root ?? rootOf(context, args));
  if (row?.node.kind === 'pipeline') return { ...place, pipeline: row.node.pipeline };
  if (row?.node.kind === 'build')
    return { ...place, pipeline: row.node.child?.pipeline ?? pipelineOf(context, place, row.node.build) };
  return pick(context, place);
}

async function pipelineOfReference(context: CommandContext, args: readonly unknown[]): Promise<Chosen | undefined> {
  const [subject] = await subjectsOf(context, args, { can: () => true, pick: '', none: '' });
  const build = subject?.builds[0];
  return subject && { ...subject, pipeline: build && pipelineOf(context, subject, build) };
}

function pipelineOf({ session }: CommandContext, { root }: TargetSnapshot, build: Build): Pipeline | undefined {
  return listingOf(session.snapshotOf(root)).pipelines.find(({ id }) => id === build.pipeline);
}

/** The only pipeline of the commit with builds, or the one that the user selects. */
async function pick(context: CommandContext, place: TargetSnapshot): Promise<Chosen | undefined> {
  const { root, target } = place;
  const listing = listingOf(context.session.snapshotOf(root));
  if (listing.builds.length === 0) throw new UserError(l10n.t('There are no builds to show in a timeline.'));
  const roots = pipelinesInOrder(listing, target.ref);
  const rest = listing.pipelines.filter((pipeline) => !roots.includes(pipeline));
  const pipelines = [...roots, ...rest].filter(({ id }) => listing.builds.some(({ pipeline }) => pipeline === id));
  if (pipelines.length < 2) return { ...place, pipeline: pipelines[0] };
  const items = pipelines.map((pipeline) => ({
    label: `${statusCodicon(pipeline.status)} ${withoutIcons(pipelineLabel(pipeline))}`,
    description: withoutIcons(pipelineSubject(pipeline, { sha: target.sha, ref: target.ref })),
    detail: statusLabel(pipeline.status),
    pipeline,
  }));
  const placeHolder = inRepository(context, root, l10n.t('Select a pipeline to show its timeline'));
  const chosen = await window.showQuickPick(items, { placeHolder, matchOnDescription: true });
  return chosen && { ...place, pipeline: chosen.pipeline };
}
