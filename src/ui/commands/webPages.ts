import { env, l10n, Uri, window } from 'vscode';
import type { Build } from '../../core/model/build';
import { type Pipeline, rootPipelines } from '../../core/model/pipeline';
import { isUnpushed, listingOf } from '../../core/model/snapshot';
import { shortSha, statusCodicon } from '../text/buildText';
import { UserError } from '../report';
import type { Row } from '../tree/treeRows';
import { oneLine, withoutIcons } from '../text/failures';
import { pipelineLabel, pipelineSubject } from '../text/pipelineText';
import type { Command, CommandContext } from './command';
import {
  buildsIn,
  defaultRoot,
  targetSnapshot,
  rootOf,
  rowsOf,
  toReference,
  inRepository,
  rootOfReference,
  shownTarget,
} from './targets';
import { subjectsOf } from './subjects';

export const openInBrowser: Command = async (context, args) => {
  for (const url of await urlsOf(context, args)) await env.openExternal(Uri.parse(url, true));
};

export const copyUrl: Command = async (context, args) => {
  const urls = await urlsOf(context, args);
  await env.clipboard.writeText(urls.join('\n'));
  context.report.done(urls.length === 1 ? l10n.t('URL copied') : l10n.t('{0} URLs copied', urls.length));
};

/**
 * Opens the settings page where a Maintainer can enable CI/CD and set who sees it. Its path is the same in all
 * versions.
 */
export const openProjectSettings: Command = async (context, args) => {
  const { target } = targetSnapshot(context, rootOf(context, args));
  const { url } = await context.clients.of(target.instance).project(target.project, new AbortController().signal);
  await env.openExternal(Uri.parse(`${url}/edit`, true));
};

/** Pages of the selected builds or pipelines; else the commit's. */
async function urlsOf(context: CommandContext, args: readonly unknown[]): Promise<readonly string[]> {
  const rows = rowsOf(args);
  if (rows.length === 0 && toReference(args[0]) === undefined) return [await commitUrl(context, defaultRoot(context))];
  const groups = rows.filter(({ node: { kind } }) => kind !== 'build' && kind !== 'attempt');
  if (groups.length > 0) return pagesOfGroups(context, groups);
  const subjects = await subjectsOf(context, args, {
    can: hasPage,
    pick: '',
    none: l10n.t('This build has no web page.'),
  });
  return subjects.flatMap(({ root, builds }) => {
    const { pipelines } = listingOf(context.session.snapshotOf(root));
    return builds.flatMap((build) => pageOf(build, pipelines) ?? []);
  });
}

async function pagesOfGroups(context: CommandContext, rows: readonly Row[]): Promise<readonly string[]> {
  const urls: string[] = [];
  for (const root of new Set(rows.map((row) => row.root))) {
    const own = rows.filter((row) => row.root === root);
    const pages = own.some(({ node }) => node.kind === 'repository') ? [] : pagesOfPipelines(context, root, own);
    urls.push(...(pages.length === 0 ? [await commitUrl(context, root)] : pages));
  }
  return urls;
}

/**
 * Pages of the pipelines of rows; a stage's row stands for its pipeline. Empty if GitLab has no pipelines: the commit's
 * page is used instead.
 */
function pagesOfPipelines({ session }: CommandContext, root: string, rows: readonly Row[]): readonly string[] {
  const { pipelines } = listingOf(session.snapshotOf(root));
  const ids = new Set(rows.flatMap(({ node }) => buildsIn(node)).map(({ pipeline }) => pipeline));
  for (const { node } of rows) if (node.kind === 'pipeline') ids.add(node.pipeline.id);
  return pipelines.flatMap(({ id, webUrl }) => (ids.has(id) && webUrl !== undefined ? [webUrl] : []));
}

/** Page of a build; for a bridge that of the pipeline it triggered, if known. */
function pageOf({ downstream, webUrl }: Build, pipelines: readonly Pipeline[]): string | undefined {
  const child = downstream === undefined ? undefined : pipelines.find(({ id }) => id === downstream);
  return child?.webUrl ?? webUrl;
}

function hasPage({ webUrl }: Build): boolean {
  return webUrl !== undefined;
}

/** Page of the displayed commit. */
async function commitUrl(context: CommandContext, root: string | undefined): Promise<string> {
  const { target } = targetSnapshot(context, root);
  const snapshot = context.session.snapshotOf(root);
  const ancestor = snapshot?.kind === 'ready' ? snapshot.ancestor : undefined;
  if (ancestor === undefined && isUnpushed(snapshot))
    throw new UserError(l10n.t("Commit {0} hasn't been pushed, so it has no page on GitLab.", shortSha(target.sha)));
  const client = context.clients.of(target.instance);
  const { url } = await client.project(target.project, new AbortController().signal);
  return `${url}/commit/${ancestor?.sha ?? target.sha}`;
}

/** Opens the page of the selected or the commit's pipeline; the user selects one of several. */
export const openPipeline: Command = async (context, args) => {
  const { root, pipelines } = pipelinesOf(context, args);
  const withPage = pipelines.filter(({ webUrl }) => webUrl !== undefined);
  if (withPage.length === 0) throw new UserError(l10n.t('No pipeline with a web page was found.'));
  const chosen = await pickPipeline(context, root, withPage, l10n.t('Select a pipeline to open in the browser'));
  if (chosen?.webUrl !== undefined) await env.openExternal(Uri.parse(chosen.webUrl, true));
};

/** Opens the page of the merge request that the selected or the commit's pipeline belongs to. */
export const openMergeRequest: Command = async (context, args) => {
  const { root, pipelines, all } = pipelinesOf(context, args);
  const own = pipelines.filter((one) => mergeRequestOf(one) !== undefined);
  // A branch pipeline doesn't name its merge request, but another one of the commit may.
  const known = own.length > 0 ? own : all.filter((one) => mergeRequestOf(one) !== undefined);
  const distinct = [...new Map(known.map((one) => [mergeRequestOf(one), one])).values()];
  if (distinct.length === 0) throw new UserError(l10n.t('No merge request was found for this commit.'));
  const chosen = await pickPipeline(context, root, distinct, l10n.t('Select a merge request to open in the browser'));
  if (chosen === undefined) return;
  const { instance, project } = shownTarget(context, root);
  const { url } = await context.clients.of(instance).project(project, new AbortController().signal);
  // Follow this version's URL scheme.
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

/** Number within the project. */
function mergeRequestOf({ ref, mergeRequest }: Pipeline): string | undefined {
  return mergeRequest?.iid.toString() ?? /^refs\/merge-requests\/(\d+)\//.exec(ref)?.[1];
}

async function pickPipeline(
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

/** Copies the names of builds, one per line. */
export const copyName: Command = async (context, args) => {
  const subjects = await subjectsOf(context, args, {
    can: () => true,
    pick: l10n.t('Select builds to copy their names'),
    none: l10n.t('There is no build here.'),
  });
  const names = subjects.flatMap(({ builds }) => builds.map(({ name }) => name));
  if (names.length === 0) return;
  await env.clipboard.writeText(names.join('\n'));
  context.report.done(names.length === 1 ? l10n.t('Name copied') : l10n.t('{0} names copied', names.length));
};
