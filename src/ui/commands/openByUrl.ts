import { commands, env, l10n, Uri } from 'vscode';
import type { Build } from '../../core/model/build';
import { hasFailed } from '../../core/model/build';
import { toPageAddress, type PageAddress, type ProjectPage } from '../../core/model/gitlabPage';
import { buildsOf, targetOf, type Snapshot } from '../../core/model/snapshot';
import { UserError } from '../report';
import type { Pin } from '../../core/session/repositoryMonitor';
import { requireCommit } from '../session/resolveCommit';
import { buildTitle } from '../text/buildText';
import { oneLine } from '../text/failures';
import { viewId } from '../tree/buildTree';
import type { Command, CommandContext } from './command';
import { askText, copiedText } from './prompts';

/**
 * Shows the build, pipeline or commit that a URL leads to: its commit in the view, and a build's log. Changes nothing
 * on GitLab, since links call it, too.
 */
export const openByUrl: Command = async (context, [first]) => {
  const url = first === undefined ? await askUrl(context) : urlIn(first);
  if (url !== undefined) await showUrl(context, url);
};

function urlIn(value: unknown): string {
  if (typeof value === 'string') return value;
  const isObject = typeof value === 'object' && value !== null && 'url' in value;
  if (isObject && typeof value.url === 'string') return value.url;
  throw new UserError(
    l10n.t('The argument must be {0}.', '{ "url": "https://git.example.com/group/project/-/jobs/1" }'),
  );
}

async function askUrl({ session }: CommandContext): Promise<string | undefined> {
  const [copied, instances] = await Promise.all([copiedText(), session.instances()]);
  const isPage = toPageAddress(copied, instances).kind === 'page';
  return askText({
    title: l10n.t('Open Build or Pipeline'),
    prompt: l10n.t('URL of a build, pipeline or commit in GitLab'),
    placeholder: 'https://gitlab.com/group/project/-/jobs/1',
    value: isPage ? copied.trim() : '',
    check: (value) => Promise.resolve(problemOf(toPageAddress(value, instances))),
  });
}

/** Why nothing can be shown for an address; undefined if something can, or if the user may sign in. */
function problemOf(address: PageAddress): string | undefined {
  switch (address.kind) {
    case 'noUrl':
      return l10n.t("This isn't a web address. Enter the URL of a build, pipeline or commit in GitLab.");
    case 'otherPage':
      return l10n.t("This page of {0} isn't a build, pipeline or commit.", new URL(address.instance.url).host);
    case 'unknownHost':
    case 'page':
      return undefined;
    default:
      return address satisfies never;
  }
}

async function showUrl(context: CommandContext, url: string): Promise<void> {
  const address = toPageAddress(url, await context.session.instances());
  const problem = problemOf(address);
  if (problem !== undefined) throw new UserError(problem);
  if (address.kind === 'page' && (await isSignedIn(context, address.instance.url)))
    return showPage(context, address, url);
  if (address.kind === 'page') return offerSignIn(context, address.instance.url, url);
  if (address.kind === 'unknownHost') return offerSignIn(context, address.origin, url);
}

async function isSignedIn({ tokens }: CommandContext, url: string): Promise<boolean> {
  return (await tokens.get(url)) !== undefined;
}

/** Asks before anything is done with an address where the user isn't signed in: a link may lead anywhere. */
async function offerSignIn(context: CommandContext, instance: string, url: string): Promise<void> {
  const [signIn, browser] = [l10n.t('Sign In'), l10n.t('Open in Browser')];
  const chosen = await context.report.choose(
    l10n.t("You aren't signed in to {0}.", instance),
    l10n.t("You can only see builds of a GitLab that you're signed in to. Sign in only if you trust this one."),
    signIn,
    browser,
  );
  if (chosen === browser) await openPage(url);
  if (chosen !== signIn) return;
  await commands.executeCommand('gitlabBuilds.signIn', { instance });
  const address = toPageAddress(url, await context.session.instances());
  if (address.kind === 'page' && (await isSignedIn(context, address.instance.url)))
    await showPage(context, address, url);
}

async function openPage(url: string): Promise<void> {
  await env.openExternal(Uri.parse(url.trim(), true));
}

async function showPage(context: CommandContext, page: ProjectPage, url: string): Promise<void> {
  const root = await rootOfProject(context, page);
  switch (page.page.kind) {
    case 'build':
      return showBuild(context, page, page.page.id, root);
    case 'pipeline':
      return root === undefined
        ? tellWithoutRepository(context, page, url)
        : showPipeline(context, page, page.page.id, root);
    case 'commit':
      return root === undefined
        ? tellWithoutRepository(context, page, url)
        : showCommit(context, root, { sha: await requireCommit(context, root, page.page.sha, page) });
    default:
      return page.page satisfies never;
  }
}

/** The open repository that shows the project; undefined if there is none. */
async function rootOfProject({ session, clients }: CommandContext, page: ProjectPage): Promise<string | undefined> {
  const shown = session.state.repositories.flatMap(({ root, snapshot }) => {
    const target = targetOf(snapshot);
    return target?.instance.url === page.instance.url ? [{ root, project: target.project }] : [];
  });
  const lower = page.project.toLowerCase();
  const inOrder = shown.sort((a, b) => Number(b.root === session.active) - Number(a.root === session.active));
  const byPath = inOrder.find(({ project }) => project.toLowerCase() === lower);
  if (byPath !== undefined || !inOrder.some(({ project }) => isNumber(project))) return byPath?.root;
  const { id } = await clients.of(page.instance).project(page.project, new AbortController().signal);
  return inOrder.find(({ project }) => project === String(id))?.root;
}

/** Whether the settings name the project by its id. */
function isNumber(project: string): boolean {
  return Number.isSafeInteger(Number(project));
}

async function showBuild(
  context: CommandContext,
  { instance, project }: ProjectPage,
  id: number,
  root: string | undefined,
): Promise<void> {
  const build = await context.clients.of(instance).build(project, id, new AbortController().signal);
  if (root !== undefined) await showInView(context, root, build);
  const target = { instance, project, sha: build.commit?.sha ?? '', ref: build.ref, pinned: true };
  const shown = root === undefined ? target : (targetOf(context.session.snapshotOf(root)) ?? target);
  const { document, log } = await context.logs.document(root ?? '', shown, build);
  await context.logEditors.show(document, log);
  if (root === undefined) void context.report.inform(withoutRepositoryOf(build, project));
}

function withoutRepositoryOf(build: Build, project: string): string {
  return l10n.t(
    'Showing the log of {0}. To see the other builds of its commit, open a repository of {1}.',
    buildTitle(build),
    oneLine(project),
  );
}

async function showInView(context: CommandContext, root: string, build: Build): Promise<void> {
  const { commit, ref, id } = build;
  if (commit !== undefined) await showCommit(context, root, { sha: commit.sha, ref });
  await context.tree.showBuild(root, id);
}

async function showPipeline(
  context: CommandContext,
  { instance, project }: ProjectPage,
  id: number,
  root: string,
): Promise<void> {
  const commit = await context.clients.of(instance).pipelines.commitOf(project, id, new AbortController().signal);
  await showCommit(context, root, commit);
  const builds = buildsOf(context.session.snapshotOf(root)).filter(({ pipeline }) => pipeline === id);
  const first = builds.find(hasFailed) ?? builds[0];
  if (first !== undefined) await context.tree.showBuild(root, first.id);
}

/** Shows a commit in the view, which goes on following HEAD if that is the commit it shows. */
async function showCommit({ session }: CommandContext, root: string, pin: Pin): Promise<void> {
  if (!isShown(session.snapshotOf(root), pin.sha)) await session.follow(root, pin);
  await commands.executeCommand(`${viewId}.focus`);
}

function isShown(snapshot: Snapshot | undefined, sha: string): boolean {
  const ancestor = snapshot?.kind === 'ready' ? snapshot.ancestor : undefined;
  return (ancestor?.sha ?? targetOf(snapshot)?.sha) === sha;
}

async function tellWithoutRepository({ report }: CommandContext, page: ProjectPage, url: string): Promise<void> {
  const browser = l10n.t('Open in Browser');
  const sentence = l10n.t('Open a repository of {0} to see these builds here.', oneLine(page.project));
  if ((await report.inform(sentence, browser)) === browser) await openPage(url);
}
