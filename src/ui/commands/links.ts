import { env, l10n, Uri } from 'vscode';
import type { Build } from '../../core/build';
import { Refusal } from '../report';
import type { Command, CommandContext } from './command';
import { rowsOf, shownTarget, subjectsOf } from './subjects';

export const openInBrowser: Command = async (context, args) => {
  for (const url of await urlsOf(context, args)) await env.openExternal(Uri.parse(url, true));
};

export const copyUrl: Command = async (context, args) => {
  const urls = await urlsOf(context, args);
  await env.clipboard.writeText(urls.join('\n'));
  context.report.done(urls.length === 1 ? l10n.t('URL copied') : l10n.t('{0} URLs copied', urls.length));
};

/** The pages of the builds that are meant; else the commit's, which also stands for a stage. */
async function urlsOf(context: CommandContext, args: readonly unknown[]): Promise<readonly string[]> {
  const rows = rowsOf(args);
  const ofBuilds = rows.length > 0 ? rows.every(({ kind }) => kind === 'build' || kind === 'attempt') : args[0] != null;
  if (!ofBuilds) return [await commitUrl(context)];
  const { builds } = await subjectsOf(context, args, {
    can: hasPage,
    pick: '',
    none: l10n.t('This build has no web page.'),
  });
  return builds.flatMap(({ webUrl }) => webUrl ?? []);
}

function hasPage({ webUrl }: Build): boolean {
  return webUrl !== undefined;
}

async function commitUrl(context: CommandContext): Promise<string> {
  const { instance, project, sha } = shownTarget(context);
  const client = context.clients.of(instance);
  const { path } = await client.project(project, new AbortController().signal);
  if (path === '') throw new Refusal(l10n.t('GitLab does not say where this project is.'));
  return `${instance.url}/${path}/commit/${sha}`;
}
