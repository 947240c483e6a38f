import { l10n, window, type QuickPickItem } from 'vscode';
import type { RemoteProject } from '../../core/model/remotes';
import { targetOf } from '../../core/model/snapshot';
import { UserError } from '../report';
import { oneLine, withoutIcons } from '../text/failures';
import type { Command, CommandContext } from './command';
import { inRepository, openRoot, rootOf } from './targets';

interface ProjectItem extends QuickPickItem {
  /** Undefined: determined by settings and upstream. */
  readonly remote: string | undefined;
}

/** Selects the remote whose project is shown. Takes the argument `{ remote, repository? }`. */
export const selectProject: Command = async (context, args) => {
  const named = toArgument(args[0]);
  const root = named?.repository === undefined ? rootOf(context, args) : openRoot(context.session, named.repository);
  if (root === undefined) throw new UserError(l10n.t('No git repository is open.'));
  const projects = await context.session.projectsOf(root);
  if (named !== undefined) return chooseNamed(context, root, projects, named.remote);
  if (projects.length === 0)
    throw new UserError(l10n.t('No remote of this repository is on a GitLab that you have signed in to.'), 'signIn');
  const placeHolder = inRepository(context, root, l10n.t('Select the project whose builds to show'));
  const chosen = await window.showQuickPick(toItems(context, root, projects), {
    placeHolder,
    matchOnDescription: true,
  });
  if (chosen !== undefined) await context.session.chooseRemote(root, chosen.remote);
};

/** Shows the project of another remote, which was found to have builds for the commit. */
export const showOtherProject: Command = async (context, args) => {
  const root = rootOf(context, args);
  const snapshot = context.session.snapshotOf(root);
  const elsewhere = snapshot?.kind === 'ready' ? snapshot.elsewhere : undefined;
  if (root === undefined || elsewhere === undefined)
    throw new UserError(l10n.t('No other remote has builds for this commit.'));
  await context.session.chooseRemote(root, elsewhere.remote);
};

interface Argument {
  readonly remote: string;
  readonly repository: string | undefined;
}

function toArgument(value: unknown): Argument | undefined {
  if (typeof value !== 'object' || value === null || !('remote' in value)) return undefined;
  const { remote } = value;
  if (typeof remote !== 'string')
    throw new UserError(l10n.t('The argument must be { "remote": string, "repository"?: string }.'));
  return {
    remote,
    repository: 'repository' in value && typeof value.repository === 'string' ? value.repository : undefined,
  };
}

async function chooseNamed(
  { session }: CommandContext,
  root: string,
  projects: readonly RemoteProject[],
  remote: string,
): Promise<void> {
  if (!projects.some((one) => one.remote === remote))
    throw new UserError(l10n.t('The remote "{0}" is not on a GitLab that you have signed in to.', oneLine(remote)));
  await session.chooseRemote(root, remote);
}

function toItems(
  { session }: CommandContext,
  root: string,
  projects: readonly RemoteProject[],
): readonly ProjectItem[] {
  const snapshot = session.snapshotOf(root);
  const target = targetOf(snapshot);
  const elsewhere = snapshot?.kind === 'ready' ? snapshot.elsewhere?.remote : undefined;
  const items = projects.map(({ remote, project, instance }) => {
    const isCurrent = instance.url === target?.instance.url && project === target.project;
    const notes = [
      ...(isCurrent ? [l10n.t('current')] : []),
      ...(remote === elsewhere ? [l10n.t('has builds for this commit')] : []),
    ];
    return {
      label: withoutIcons(oneLine(project)),
      description: withoutIcons(oneLine([remote, new URL(instance.url).host, ...notes].join(' · '))),
      remote,
    };
  });
  const automatic = { label: l10n.t('Choose Automatically'), description: '', remote: undefined };
  return session.chosenRemoteOf(root) === undefined ? items : [...items, automatic];
}
