import { env, l10n, Uri, window } from 'vscode';
import { rootPipelines, type Pipeline } from '../../core/model/pipeline';
import { listingOf } from '../../core/model/snapshot';
import { UserError } from '../report';
import { oneLine, withoutIcons } from '../text/failures';
import { statusCodicon } from '../text/buildText';
import { pipelineLabel, pipelineSubject } from '../text/pipelineText';
import type { Command, CommandContext } from './command';
import { buildsIn, inRepository, rootOfReference, rootOf, rowsOf, shownTarget, toReference } from './targets';

/** The page of the pipeline of what is meant, else of the commit's; of several the user picks one. */
export const openPipeline: Command = async (context, args) => {
  const { root, pipelines } = pipelinesOf(context, args);
  const withPage = pipelines.filter(({ webUrl }) => webUrl !== undefined);
  if (withPage.length === 0) throw new UserError(l10n.t('No pipeline with a web page is known here.'));
  const chosen = await choose(context, root, withPage, l10n.t('Select a pipeline to open in the browser'));
  if (chosen?.webUrl !== undefined) await env.openExternal(Uri.parse(chosen.webUrl, true));
};

/** The page of the merge request that a pipeline of what is meant, else of the commit, belongs to. */
export const openMergeRequest: Command = async (context, args) => {
  const { root, pipelines, all } = pipelinesOf(context, args);
  const own = pipelines.filter((one) => mergeRequestOf(one) !== undefined);
  // A branch's pipeline does not name the merge request; one beside it may.
  const known = own.length > 0 ? own : all.filter((one) => mergeRequestOf(one) !== undefined);
  const distinct = [...new Map(known.map((one) => [mergeRequestOf(one), one])).values()];
  if (distinct.length === 0) throw new UserError(l10n.t('No merge request of this commit is known.'));
  const chosen = await choose(context, root, distinct, l10n.t('Select a merge request to open in the browser'));
  if (chosen === undefined) return;
  const { instance, project } = shownTarget(context, root);
  const { url } = await context.clients.of(instance).project(project, new AbortController().signal);
  // As the pages of this version are called.
  const separator = chosen.webUrl?.includes('/-/') === false ? '' : '/-';
  await env.openExternal(Uri.parse(`${url}${separator}/merge_requests/${mergeRequestOf(chosen)}`, true));
};

interface Known {
  readonly root: string | undefined;
  readonly pipelines: readonly Pipeline[];
  readonly all: readonly Pipeline[];
}

function pipelinesOf(context: CommandContext, args: readonly unknown[]): Known {
  const reference = toReference(args[0]);
  const root = reference === undefined ? rootOf(context, args) : rootOfReference(context, reference);
  const listing = listingOf(context.session.snapshotOf(root));
  const rows = rowsOf(args).filter((row) => row.root === root && row.node.kind !== 'repository');
  const builds = reference === undefined ? rows.flatMap(({ node }) => buildsIn(node)) : listing.builds;
  const ids = new Set(
    builds.flatMap(({ id, pipeline }) => (reference === undefined || reference.build === id ? [pipeline] : [])),
  );
  for (const { node } of rows) if (node.kind === 'pipeline') ids.add(node.pipeline.id);
  const isOpen = reference === undefined && rows.length === 0;
  const pipelines = isOpen ? rootPipelines(listing) : listing.pipelines.filter(({ id }) => ids.has(id));
  return { root, pipelines, all: listing.pipelines };
}

/** Its number within the project. */
function mergeRequestOf({ ref, mergeRequest }: Pipeline): string | undefined {
  return mergeRequest?.iid.toString() ?? /^refs\/merge-requests\/(\d+)\//.exec(ref)?.[1];
}

async function choose(
  context: CommandContext,
  root: string | undefined,
  pipelines: readonly Pipeline[],
  placeholder: string,
): Promise<Pipeline | undefined> {
  const [only] = pipelines;
  if (pipelines.length < 2) return only;
  const { sha } = shownTarget(context, root);
  const items = pipelines.map((pipeline) => ({
    label: `${statusCodicon(pipeline.status)} ${withoutIcons(oneLine(pipelineLabel(pipeline)))}`,
    description: withoutIcons(pipelineSubject(pipeline, { sha, ref: undefined })),
    pipeline,
  }));
  const placeHolder = inRepository(context, root, placeholder);
  return (await window.showQuickPick(items, { placeHolder, matchOnDescription: true }))?.pipeline;
}
