import { l10n, Range, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, Uri } from 'vscode';
import { artifactsState, type Build } from '../../core/model/build';
import type { ArtifactsNode } from '../../core/model/tree';
import { formatSize, knownSize } from '../text/buildText';
import { sentenceFor } from '../report';
import { oneLine } from '../text/failures';
import { goneSentence } from '../text/goneArtifacts';
import { recentlyWords } from '../text/testText';
import { expiredWords, expiryOf } from './expiry';
import type { TestResults } from '../../core/artifacts/tests/testResults';
import type {
  ArtifactFileNode,
  ArtifactFolderNode,
  ArtifactNoteNode,
  ArtifactReportNode,
  ArtifactRowNode,
  TestNode,
  TestsNode,
} from '../tree/treeRows';

const muted = 'descriptionForeground';
const { None, Collapsed } = TreeItemCollapsibleState;

const warning = new ThemeIcon('warning', new ThemeColor('charts.yellow'));
const archive = new ThemeIcon('package', new ThemeColor(muted));

/** Appearance of the row of a build's artifacts. */
interface ArtifactsLook {
  readonly icon: ThemeIcon;
  readonly words: readonly string[];
  /** Label for screen readers; default: the description. */
  readonly ariaLabel?: readonly string[];
}

/** Creates the row of a build's artifacts. `now` in ms since 1970. */
export function artifactsItem({ build }: ArtifactsNode, now: number): TreeItem {
  const item = new TreeItem(l10n.t('Artifacts'), artifactsState(build) === 'expired' ? None : Collapsed);
  const { icon, words, ariaLabel: spoken = words } = artifactsLook(build, now);
  item.iconPath = icon;
  item.description = words.join(' · ');
  const title = l10n.t('Artifacts of {0} #{1}', oneLine(build.name), build.id);
  item.accessibilityInformation = { label: [title, ...spoken].join(', ') };
  return item;
}

function artifactsLook({ artifacts, reports, artifactsExpiredAt = '' }: Build, now: number): ArtifactsLook {
  if (artifacts === undefined)
    return reports === undefined
      ? { icon: warning, words: [expiredWords(artifactsExpiredAt)] }
      : { icon: archive, words: [l10n.t('reports only')] };
  const expiry = expiryOf(artifacts.expireAt, now);
  const sizeText = knownSize(artifacts);
  const size = sizeText === undefined ? [] : [sizeText];
  if (expiry === undefined) return { icon: archive, words: size };
  return {
    icon: expiry.isNear ? warning : archive,
    words: [...size, expiry.words],
    ariaLabel: [...size, expiry.ariaLabel],
  };
}

export function artifactItem(node: ArtifactRowNode): TreeItem {
  switch (node.kind) {
    case 'artifactFolder':
      return folderItem(node);
    case 'artifactFile':
      return fileItem(node);
    case 'artifactReport':
      return reportItem(node);
    case 'artifactNote':
      return noteItem(node);
    case 'tests':
      return testsItem(node);
    case 'test':
      return testItem(node);
    default:
      return node satisfies never;
  }
}

function folderItem({ name, size, folder, uri }: ArtifactFolderNode): TreeItem {
  const item = new TreeItem(oneLine(name), folder.children.length === 0 ? None : Collapsed);
  item.iconPath = ThemeIcon.Folder;
  if (uri !== undefined) item.resourceUri = Uri.parse(uri, true);
  item.description = formatSize(size);
  item.accessibilityInformation = { label: l10n.t('{0}, folder, {1}', oneLine(name), item.description) };
  return item;
}

function fileItem({ name, size, uri }: ArtifactFileNode): TreeItem {
  const item = new TreeItem(oneLine(name), None);
  item.iconPath = uri === undefined ? new ThemeIcon('file', new ThemeColor(muted)) : ThemeIcon.File;
  item.description = formatSize(size);
  item.accessibilityInformation = { label: l10n.t('{0}, file, {1}', oneLine(name), item.description) };
  // Only VS Code's own commands know single from double clicks, so that a single click opens a preview.
  if (uri !== undefined) {
    item.resourceUri = Uri.parse(uri, true);
    item.command = opening(item.resourceUri);
  }
  return item;
}

function reportItem({ report: { type, filename, size } }: ArtifactReportNode): TreeItem {
  const label = l10n.t('{0} report: {1}', oneLine(type), oneLine(filename));
  const item = new TreeItem(label, None);
  item.iconPath = new ThemeIcon('note', new ThemeColor(muted));
  // Up to 15.3, lists don't include it.
  const words = knownSize({ size });
  if (words !== undefined) item.description = words;
  item.accessibilityInformation = { label: [label, words].filter((part) => part !== undefined).join(', ') };
  return item;
}

function noteItem(node: ArtifactNoteNode): TreeItem {
  const { note } = node;
  const label = noteWords(node);
  const item = new TreeItem(label, None);
  item.iconPath = new ThemeIcon(note.kind === 'failed' ? 'warning' : 'info', new ThemeColor(muted));
  item.accessibilityInformation = { label };
  if (note.kind === 'failed') {
    const [title, root] = [l10n.t('Try Again'), note.above.root];
    item.command = { title, command: 'gitlabBuilds.openArtifact', arguments: [{ root, node }, undefined] };
    item.accessibilityInformation = { label: l10n.t('{0} Press Enter to try again.', label) };
  }
  return item;
}

/** Text of a note's row. */
export function noteWords({ note, build }: ArtifactNoteNode): string {
  switch (note.kind) {
    case 'empty':
      return l10n.t('The archive is empty.');
    case 'more':
      return l10n.t('{0} more. Download the artifacts to see them.', note.count);
    case 'moreTests':
      return l10n.t('{0} more failed. See the reports.', note.count);
    case 'failed':
      return note.goneAt === undefined ? sentenceFor(note.error) : goneSentence(build, note.goneAt);
    default:
      return note satisfies never;
  }
}

function testsItem({ state, results }: TestsNode): TreeItem {
  const hasFailed = results !== undefined && results.failures > 0;
  const label = hasFailed ? l10n.t('Failed tests ({0})', results.failures) : l10n.t('Tests');
  const item = new TreeItem(label, hasFailed || results === undefined ? Collapsed : None);
  item.iconPath = new ThemeIcon('beaker', new ThemeColor(hasFailed ? 'testing.iconFailed' : muted));
  item.description = testsWords(state, results);
  item.accessibilityInformation = { label: `${label}, ${item.description}` };
  return item;
}

function testsWords(state: TestsNode['state'], results: TestsNode['results']): string {
  if (results === undefined) return state === 'failed' ? l10n.t("couldn't be read") : l10n.t('reading…');
  const { skipped, damaged, sharedBy } = results;
  const parts = [
    countWords(results),
    skipped > 0 ? l10n.t('{0} skipped', skipped) : undefined,
    damaged ? l10n.t('a report is damaged') : undefined,
    sharedBy === undefined ? undefined : l10n.t('all of {0}', oneLine(sharedBy.name)),
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** Test counts as text. Says that all passed only if everything was read. */
function countWords({ tests, failures, skipped, damaged, firstOf, firstTests }: TestResults): string {
  if (firstOf === 0) return l10n.t('too large to read');
  if (firstOf !== undefined)
    return failures > 0
      ? l10n.t('of {0} · only the first {1} reports read', tests, firstOf)
      : l10n.t('none of {0} failed · only the first {1} reports read', tests, firstOf);
  if (firstTests !== undefined)
    return failures > 0
      ? l10n.t('of {0} · only the first {1} tests read', tests, firstTests)
      : l10n.t('none failed · only the first {0} of {1} tests read', firstTests, tests);
  if (failures > 0) return l10n.t('of {0}', tests);
  return damaged ? l10n.t('none of {0} failed', tests) : l10n.t('{0} passed', tests - skipped);
}

function testItem({ test, build, uri, line, column }: TestNode): TreeItem {
  const name = oneLine(test.name) || l10n.t('unnamed');
  const item = new TreeItem(name, None);
  item.iconPath = new ThemeIcon('error', new ThemeColor('testing.iconFailed'));
  item.description = oneLine(test.message ?? '').slice(0, 300);
  const often = recentlyWords(test);
  if (often !== undefined) item.description = [often, item.description].filter((part) => part !== '').join(' · ');
  const spoken = [name, l10n.t('failed'), item.description].filter((part) => part !== '');
  item.accessibilityInformation = { label: spoken.join(', ') };
  item.command =
    uri === undefined
      ? { title: l10n.t('Open Log'), command: 'gitlabBuilds.openLog', arguments: [{ build: build.id }] }
      : opening(Uri.parse(uri, true), line, column);
  return item;
}

function opening(uri: Uri, line?: number, column = 1): NonNullable<TreeItem['command']> {
  const at = line === undefined ? undefined : new Range(line - 1, column - 1, line - 1, column - 1);
  return {
    title: l10n.t('Open'),
    command: 'vscode.open',
    arguments: at === undefined ? [uri] : [uri, { selection: at }],
  };
}
