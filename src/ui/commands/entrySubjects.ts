import { isNotFound } from '../../core/model/errors';
import { l10n, Uri, window, type QuickPickItem } from 'vscode';
import type { ArchiveNode } from '../../core/artifacts/archive/archiveTree';
import { ArchiveError } from '../../core/artifacts/archiveErrors';
import { hasArtifacts, type Build } from '../../core/model/build';
import { trimCharacters } from '../../core/util/trim';
import type { OpenArchive } from '../../core/artifacts/archives';
import type { ArtifactAddress } from '../../core/artifacts/entryCache';
import { toArtifactAddress, parseArtifactUri } from '../../core/artifacts/artifactUri';
import type { ArtifactFileNode, ArtifactFolderNode, Row } from '../tree/treeRows';
import { goneSentence, noneSentence } from '../text/goneArtifacts';
import { formatSize } from '../text/buildText';
import { UserError } from '../report';
import { oneLine, withoutIcons } from '../text/failures';
import type { CommandContext } from './command';
import { targetSnapshot, rowsOf, toReference } from './targets';
import { subjectOf, subjectsOf, type TargetQuery } from './subjects';

/** Selected files and folders of one build's artifacts. */
export interface EntrySubjects {
  /** Root of the repository. */
  readonly root: string;
  readonly build: Build;
  readonly opened: OpenArchive;
  readonly nodes: readonly ArchiveNode[];
}

interface EntryQuestion {
  /** Placeholder of the quick pick for builds. */
  readonly pickBuild: string;
  readonly pickEntry: string;
  readonly folders: boolean;
}

/**
 * Files and folders that a command acts on: those of the selected rows, of a URI or the argument `{ build, repository?,
 * path }`, of the active editor, or of the user's choice. Empty if the user cancels.
 */
export async function entriesOf(
  context: CommandContext,
  args: readonly unknown[],
  question: EntryQuestion,
): Promise<readonly EntrySubjects[]> {
  const uri = addressIn(args);
  if (uri !== undefined) return [await atAddress(context, uri)];
  const rows = rowsOf(args);
  if (rows.length > 0) return inRows(context, rows);
  const subject = await subjectOf(context, args, buildQuestion(question));
  if (subject === undefined) return [];
  const { root, target, build } = subject;
  const opened = await open(context, toArtifactAddress(root, target, build), build);
  const path = pathIn(args[0]);
  const node = path === undefined ? await pickNode(opened, question) : nodeAt(opened, path);
  return node === undefined ? [] : [{ root, build, opened, nodes: [node] }];
}

function buildQuestion({ pickBuild }: EntryQuestion): TargetQuery {
  return {
    can: hasArtifacts,
    pick: pickBuild,
    none: l10n.t('No build has artifacts.'),
    why: (build) => noneSentence(build, Date.now()),
  };
}

async function open({ archives }: CommandContext, address: ArtifactAddress, build: Build): Promise<OpenArchive> {
  try {
    return await archives.of(address);
  } catch (error) {
    throw isNotFound(error) ? new UserError(goneSentence(build, Date.now())) : error;
  }
}

/** URI passed by an editor's menu; without arguments, that of the active editor. */
function addressIn(args: readonly unknown[]): Uri | undefined {
  const [first] = args;
  const uri = first instanceof Uri ? first : args.length === 0 ? uriInFront() : undefined;
  return uri !== undefined && parseArtifactUri(uri) !== undefined ? uri : undefined;
}

/** URI in the active editor, whatever kind it is. */
function uriInFront(): Uri | undefined {
  const input: unknown = window.tabGroups.activeTabGroup.activeTab?.input;
  if (typeof input !== 'object' || input === null || !('uri' in input)) return undefined;
  return input.uri instanceof Uri ? input.uri : undefined;
}

async function atAddress(context: CommandContext, uri: Uri): Promise<EntrySubjects> {
  const place = parseArtifactUri(uri);
  if (place === undefined) throw new UserError(l10n.t("This file isn't part of a build's artifacts."));
  const build = await buildAt(context, place);
  const opened = await open(context, place, build);
  return { root: place.root, build, opened, nodes: [nodeAt(opened, place.path)] };
}

async function buildAt(context: CommandContext, { root, build }: ArtifactAddress): Promise<Build> {
  const question = { can: hasArtifacts, pick: '', none: '' };
  const [subject] = await subjectsOf(context, [{ build, repository: root }], question);
  const [found] = subject?.builds ?? [];
  if (found === undefined) throw new UserError(l10n.t('This build no longer exists on GitLab.'));
  return found;
}

/** Entries of the rows, without those inside another selected folder. */
async function inRows(context: CommandContext, rows: readonly Row[]): Promise<readonly EntrySubjects[]> {
  const groups = new Map<string, { readonly root: string; readonly build: Build; readonly nodes: SelectedNode[] }>();
  for (const { root, node } of rows) {
    if (node.kind !== 'artifactFile' && node.kind !== 'artifactFolder') continue;
    const key = `${node.build.id} ${root}`;
    const group = groups.get(key) ?? { root, build: node.build, nodes: [] };
    group.nodes.push(node);
    groups.set(key, group);
  }
  const subjects: EntrySubjects[] = [];
  for (const { root, build, nodes } of groups.values()) {
    const opened = await open(context, toArtifactAddress(root, targetSnapshot(context, root).target, build), build);
    const folders = nodes.flatMap(({ kind, path }) => (kind === 'artifactFolder' ? [path] : []));
    const topmost = nodes.filter(({ path }) => !folders.some((folder) => path.startsWith(`${folder}/`)));
    subjects.push({ root, build, opened, nodes: topmost.map((node) => found(opened, node)) });
  }
  return subjects;
}

type SelectedNode = ArtifactFileNode | ArtifactFolderNode;

/** The current node for a row: the archive may have been opened again since the row was created. */
function found(opened: OpenArchive, { kind, path, name, size }: SelectedNode): ArchiveNode {
  const node = opened.tree.byPath.get(path);
  if (node !== undefined) return node;
  // A file without a URI of its own.
  const entry = opened.archive.entries.find((one) => one.path === path && one.kind === 'file');
  if (kind === 'artifactFolder' || entry === undefined) throw new ArchiveError('missing', { path });
  return { kind: 'file', name, path, size, entry, isOpenable: false };
}

interface NodeItem extends QuickPickItem {
  readonly node: ArchiveNode;
}

/** Maximum number of items in the list; the filter finds the others. */
const maxItems = 20_000;

async function pickNode(opened: OpenArchive, { pickEntry, folders }: EntryQuestion): Promise<ArchiveNode | undefined> {
  const all = [...opened.tree.byPath.values()].filter(({ kind, path }) => path !== '' && (folders || kind === 'file'));
  if (all.length === 0) throw new UserError(l10n.t('These artifacts are empty.'));
  const items = all.slice(0, maxItems).map(toItem);
  const chosen = await window.showQuickPick(items, { placeHolder: pickEntry });
  return chosen?.node;
}

function toItem(node: ArchiveNode): NodeItem {
  const icon = node.kind === 'file' ? '$(file)' : '$(folder)';
  return { label: `${icon} ${withoutIcons(oneLine(node.path))}`, description: formatSize(node.size), node };
}

function nodeAt({ tree }: OpenArchive, path: string): ArchiveNode {
  const plain = trimCharacters(path, '/');
  const node = tree.byPath.get(plain);
  if (node === undefined) throw new ArchiveError('missing', { path });
  return node;
}

function pathIn(argument: unknown): string | undefined {
  if (toReference(argument) === undefined || typeof argument !== 'object' || argument === null) return undefined;
  return 'path' in argument && typeof argument.path === 'string' ? argument.path : undefined;
}
