import { env, l10n, Uri } from 'vscode';
import type { Build } from '../../core/model/build';
import type { Pipeline } from '../../core/model/pipeline';
import { isUnpushed, listingOf } from '../../core/model/snapshot';
import { shortSha } from '../text/buildText';
import { UserError } from '../report';
import type { Row } from '../tree/treeRows';
import type { Command, CommandContext } from './command';
import { buildsIn, defaultRoot, targetSnapshot, rootOf, rowsOf, toReference } from './targets';
import { subjectsOf } from './subjects';

export const openInBrowser: Command = async (context, args) => {
  for (const url of await urlsOf(context, args)) await env.openExternal(Uri.parse(url, true));
};

export const copyUrl: Command = async (context, args) => {
  const urls = await urlsOf(context, args);
  await env.clipboard.writeText(urls.join('\n'));
  context.report.done(urls.length === 1 ? l10n.t('URL copied') : l10n.t('{0} URLs copied', urls.length));
};

/** Where a Maintainer switches CI/CD on and says who sees it. The page has had the same address in every version. */
export const openProjectSettings: Command = async (context, args) => {
  const { target } = targetSnapshot(context, rootOf(context, args));
  const { url } = await context.clients.of(target.instance).project(target.project, new AbortController().signal);
  await env.openExternal(Uri.parse(`${url}/edit`, true));
};

/** The pages of the builds that are meant, or of the rows' pipelines; else the commit's. */
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

/** A stage's pipeline stands for it; none where GitLab names no pipeline: the commit does then. */
function pagesOfPipelines({ session }: CommandContext, root: string, rows: readonly Row[]): readonly string[] {
  const { pipelines } = listingOf(session.snapshotOf(root));
  const ids = new Set(rows.flatMap(({ node }) => buildsIn(node)).map(({ pipeline }) => pipeline));
  for (const { node } of rows) if (node.kind === 'pipeline') ids.add(node.pipeline.id);
  return pipelines.flatMap(({ id, webUrl }) => (ids.has(id) && webUrl !== undefined ? [webUrl] : []));
}

/** A bridge's is that of the pipeline that it has started, where that is known. */
function pageOf({ downstream, webUrl }: Build, pipelines: readonly Pipeline[]): string | undefined {
  const child = downstream === undefined ? undefined : pipelines.find(({ id }) => id === downstream);
  return child?.webUrl ?? webUrl;
}

function hasPage({ webUrl }: Build): boolean {
  return webUrl !== undefined;
}

/** Of the commit whose builds are shown. */
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
