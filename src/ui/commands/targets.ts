import { l10n, workspace, type Uri } from 'vscode';
import { flatten } from '../../core/model/arrange';
import type { Build } from '../../core/model/build';
import { buildsThatCount } from '../../core/model/pipeline';
import { buildsOf, listingOf, targetOf, type Snapshot, type Target } from '../../core/model/snapshot';
import { trimEndOf } from '../../core/util/trim';
import { UserError } from '../report';
import type { Row, RowNode } from '../tree/treeRows';
import { oneLine, readOnlySentence, withoutIcons } from '../text/failures';
import { folderOf } from '../git/vscodeGit';
import { isPipelineRoot, repositoryRoot } from '../../core/session/pipelineRoot';
import type { CommandContext } from './command';

/** An open repository and its displayed commit. */
export interface TargetSnapshot {
  readonly root: string;
  readonly target: Target;
}

type Sessions = Pick<CommandContext, 'session'>;

/**
 * Rows passed by a row's menu: the row itself, and the selection if it is part of it. The view's own menu passes just
 * the focused row, which is ignored. Throws UserError if the row disappeared while the menu was open, since the command
 * would otherwise act on the whole commit.
 */
export function rowsOf(args: readonly unknown[]): readonly Row[] {
  const [first, all] = args;
  if (args.length > 1 && first === undefined) throw new UserError(l10n.t('The rows just changed. Select again.'));
  if (!isRow(first) || args.length === 1) return [];
  return Array.isArray(all) ? all.filter(isRow) : [first];
}

function isRow(value: unknown): value is Row {
  if (typeof value !== 'object' || value === null || !('root' in value && 'node' in value)) return false;
  const { root, node } = value;
  if (typeof root !== 'string' || typeof node !== 'object' || node === null || !('kind' in node)) return false;
  // Rows below artifacts are loaded on demand, so they have no children here.
  return 'children' in node || 'build' in node;
}

/**
 * Builds that a row stands for. A repository's row stands for those that decide the commit's status, regardless of the
 * filter; a file of artifacts doesn't stand for its build.
 */
export function buildsIn(node: RowNode): readonly Build[] {
  switch (node.kind) {
    case 'repository':
      return buildsThatCount(listingOf(node.repository.snapshot));
    case 'pipeline':
    case 'stage':
    case 'status':
    case 'group':
      return node.builds;
    case 'build':
    case 'attempt':
    case 'artifacts':
      return [node.build];
    case 'history':
    case 'historyCommit':
    case 'flaky':
    case 'earlierPipelines':
    case 'pipelineNotice':
    case 'artifactFolder':
    case 'artifactFile':
    case 'artifactReport':
    case 'artifactNote':
    case 'tests':
    case 'test':
      return [];
    default:
      return node satisfies never;
  }
}

export interface Reference {
  readonly build: number;
  readonly repository: string | undefined;
}

/** Argument of a key binding or another extension: `{ build, repository? }`. */
export function toReference(value: unknown): Reference | undefined {
  if (typeof value !== 'object' || value === null || isRow(value) || !('build' in value)) return undefined;
  const { build } = value;
  if (typeof build !== 'number' || !Number.isSafeInteger(build) || build <= 0) {
    throw new UserError(l10n.t('The argument must be { "build": number, "repository"?: string }.'));
  }
  const repository = 'repository' in value && typeof value.repository === 'string' ? value.repository : undefined;
  return { build, repository };
}

/** Repositories that a command acts in: those of the rows or the argument, else the default one. */
export function rootsOf(context: Sessions, args: readonly unknown[]): readonly string[] {
  const reference = toReference(args[0]);
  if (reference !== undefined) return [rootOfReference(context, reference)];
  const rows = rowsOf(args);
  if (rows.length > 0) return [...new Set(rows.map(({ root }) => root))];
  const meant = defaultRoot(context);
  return meant === undefined ? [] : [meant];
}

/** Repository for a command that acts on only one: that of the row whose menu was opened, else the default one. */
export function rootOf(context: Sessions, args: readonly unknown[]): string | undefined {
  return rowsOf(args)[0]?.root ?? defaultRoot(context);
}

/** The active repository, unless it has no GitLab project and exactly one other has. */
export function defaultRoot({ session }: Sessions): string | undefined {
  const { active } = session;
  if (targetOf(session.snapshotOf(active)) !== undefined) return active;
  const places = placesOf(session);
  return (places.length === 1 ? places[0]?.root : undefined) ?? active;
}

/** The displayed commit of a repository. Throws UserError if there is none. */
export function targetSnapshot({ session }: Sessions, root: string | undefined): TargetSnapshot {
  const target = targetOf(session.snapshotOf(root));
  if (root === undefined || target === undefined)
    throw new UserError(l10n.t('No GitLab project is shown. Sign in, or open a repository of one.'));
  return { root, target };
}

/** Target of the displayed commit, by default of the default repository. */
export function shownTarget(context: Sessions, root?: string): Target {
  return targetSnapshot(context, root ?? defaultRoot(context)).target;
}

/** Placeholder that names the repository if there are several. */
export function inRepository({ session }: Sessions, root: string | undefined, placeholder: string): string {
  const { repositories } = session.state;
  const name = repositories.find((one) => one.root === root)?.name;
  if (name === undefined || repositories.length < 2) return placeholder;
  return l10n.t('{0} ({1})', placeholder, withoutIcons(oneLine(name)));
}

function placesOf(session: CommandContext['session']): readonly TargetSnapshot[] {
  return session.state.repositories.flatMap(({ root, snapshot }) => {
    const target = targetOf(snapshot);
    return target === undefined ? [] : [{ root, target }];
  });
}

/** The named repository, else the one that contains the build, else the only one. */
export function rootOfReference({ session }: Sessions, { build, repository }: Reference): string {
  if (repository !== undefined) return openRoot(session, repository);
  const places = placesOf(session);
  const having = places.filter(({ root }) =>
    flatten(buildsOf(session.snapshotOf(root))).some(({ id }) => id === build),
  );
  const candidates = having.length > 0 ? having : places;
  // Worktrees of the same project are interchangeable.
  const projects = new Set(candidates.map(({ target: { instance, project } }) => `${instance.url} ${project}`));
  if (projects.size > 1) {
    const example = JSON.stringify({ build, repository: candidates[0]?.root });
    throw new UserError(l10n.t('Several repositories are open. Specify which one the build is in: {0}', example));
  }
  const only = candidates.find(({ root }) => root === session.active) ?? candidates[0];
  return only?.root ?? session.active ?? '';
}

/** Throws UserError if the token of the displayed project is read-only. */
export function requireWritable(snapshot: Snapshot | undefined): void {
  if (snapshot?.kind === 'ready' && snapshot.readOnly)
    throw new UserError(readOnlySentence(new URL(snapshot.target.instance.url).host), 'signIn');
}

/** Throws UserError if no repository with this address is open. That of an opened pipeline is returned unchanged. */
export function openRoot(session: CommandContext['session'], repository: string): string {
  const strip = (uri: string) => trimEndOf(uri, '/');
  const wanted = strip(repositoryRoot(repository));
  const open = session.state.repositories.find(({ root }) => root !== '' && strip(root) === wanted);
  if (open === undefined) throw new UserError(l10n.t("The repository {0} isn't open.", oneLine(repository)));
  return isPipelineRoot(repository) ? repository : open.root;
}

/**
 * Workspace folder for downloads: the one that contains the repository, or that the repository contains. Throws
 * UserError if no folder is open.
 */
export function workspaceFolderOf({ session }: Pick<CommandContext, 'session'>, root: string): Uri {
  const repository = folderOf(session, root);
  const folders = workspace.workspaceFolders ?? [];
  const around = repository === undefined ? undefined : workspace.getWorkspaceFolder(repository);
  const inside = folders.find(({ uri }) => repository !== undefined && uri.path.startsWith(`${repository.path}/`));
  const folder = around ?? inside ?? folders[0];
  if (folder === undefined)
    throw new UserError(l10n.t('Artifacts are saved in the workspace folder. Open a folder first.'));
  return folder.uri;
}
