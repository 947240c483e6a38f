import { env, l10n, Uri } from 'vscode';
import type { Build } from '../../core/build';
import { listingOf } from '../../core/snapshot';
import type { TreeNode } from '../../core/tree';
import type { Command, CommandContext } from './command';
import { buildsIn, rowsOf, shownTarget, subjectsOf } from './subjects';

export const openInBrowser: Command = async (context, args) => {
  for (const url of await urlsOf(context, args)) await env.openExternal(Uri.parse(url, true));
};

export const copyUrl: Command = async (context, args) => {
  const urls = await urlsOf(context, args);
  await env.clipboard.writeText(urls.join('\n'));
  context.report.done(urls.length === 1 ? l10n.t('URL copied') : l10n.t('{0} URLs copied', urls.length));
};

/** The pages of the builds that are meant, or of the rows' pipelines; else the commit's. */
async function urlsOf(context: CommandContext, args: readonly unknown[]): Promise<readonly string[]> {
  const rows = rowsOf(args);
  if (rows.length === 0 && args[0] == null) return [await commitUrl(context)];
  const groups = rows.filter(({ kind }) => kind === 'pipeline' || kind === 'stage' || kind === 'status');
  if (groups.length > 0) return pagesOfGroups(context, groups);
  const { builds } = await subjectsOf(context, args, {
    can: hasPage,
    pick: '',
    none: l10n.t('This build has no web page.'),
  });
  return builds.flatMap(({ webUrl }) => webUrl ?? []);
}

/** A stage's pipeline stands for it; where GitLab names no pipeline, the commit does. */
async function pagesOfGroups(context: CommandContext, groups: readonly TreeNode[]): Promise<readonly string[]> {
  const { pipelines } = listingOf(context.session.snapshot);
  const ids = new Set(groups.flatMap(buildsIn).map(({ pipeline }) => pipeline));
  for (const row of groups) if (row.kind === 'pipeline') ids.add(row.pipeline.id);
  const urls = pipelines.flatMap(({ id, webUrl }) => (ids.has(id) && webUrl !== undefined ? [webUrl] : []));
  return urls.length === 0 ? [await commitUrl(context)] : urls;
}

function hasPage({ webUrl }: Build): boolean {
  return webUrl !== undefined;
}

async function commitUrl(context: CommandContext): Promise<string> {
  const { instance, project, sha } = shownTarget(context);
  const client = context.clients.of(instance);
  const { url } = await client.project(project, new AbortController().signal);
  return `${url}/commit/${sha}`;
}
