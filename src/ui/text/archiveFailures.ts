import { l10n } from 'vscode';
import type {
  ArchiveError,
  ArchiveFailure,
  ArchiveFailureKind,
  ArchiveRefusal,
} from '../../core/artifacts/archiveErrors';
import type { LeftOut, LeftOutKind } from '../../core/artifacts/extract/leftOut';
import { formatSize } from './buildText';
import { oneLine } from './failures';
import { plural } from './plural';

/** Problem with an archive or one of its entries, and what to do. Nothing was written. */
export function archiveSentence({ kind, detail }: ArchiveError): string {
  const [help, sentence] = table[kind];
  return `${sentence(detail)} ${advice[help]()}`;
}

/** Why an archive, or a file in it, isn't opened, and what to do. */
export function refusalSentence({ reason }: ArchiveRefusal): string {
  switch (reason.kind) {
    case 'signedOut':
      return l10n.t("You aren't signed in to the GitLab that has these artifacts.");
    case 'unknownProject':
      return l10n.t(
        "This workspace hasn't shown the project of these artifacts. Open a repository of that project first.",
      );
    case 'tooLargeForEditor': {
      const [name, size] = [oneLine(reason.path), formatSize(reason.size)];
      return l10n.t('{0} is too large for an editor ({1}). Download it instead.', name, size);
    }
    default:
      return reason satisfies never;
  }
}

/** The setting that would permit it, if there is one. */
export function settingFor({ kind }: ArchiveError): string | undefined {
  const setting = settings[kind];
  return setting === undefined ? undefined : `gitlabBuilds.artifacts.${setting}`;
}

const settings: Readonly<Partial<Record<ArchiveFailureKind, string>>> = {
  tooManyEntries: 'maxEntries',
  tooBig: 'maxUnpackedMegabytes',
  ratio: 'maxRatio',
};

/** Numbers of entries that weren't written, by kind; undefined if there are none. */
export function leftOutSentence(leftOut: readonly LeftOut[]): string | undefined {
  if (leftOut.length === 0) return undefined;
  const counts = new Map<Group, number>();
  for (const { kind } of leftOut) counts.set(groups[kind], (counts.get(groups[kind]) ?? 0) + 1);
  const list = [...counts].map(([group, count]) => counted[group](count)).join(', ');
  return plural(
    leftOut.length,
    l10n.t('{0} entry left out: {1}.', number(leftOut.length), list),
    l10n.t('{0} entries left out: {1}.', number(leftOut.length), list),
  );
}

/** Kinds of left-out entries, as distinguished for users. */
type Group = 'link' | 'special' | 'git' | 'unheld' | 'alike' | 'unsafe' | 'method';

const groups: Readonly<Record<LeftOutKind, Group>> = {
  symlink: 'link',
  special: 'special',
  gitFolder: 'git',
  collision: 'alike',
  method: 'method',
  controlCharacter: 'unsafe',
  backslash: 'unsafe',
  reservedName: 'unheld',
  trailingDot: 'unheld',
  colon: 'unheld',
  forbiddenCharacter: 'unheld',
  longName: 'unheld',
  longPath: 'unheld',
};

const counted: Readonly<Record<Group, (count: number) => string>> = {
  link: (count) => plural(count, l10n.t('{0} link', number(count)), l10n.t('{0} links', number(count))),
  special: (count) =>
    plural(count, l10n.t('{0} device or pipe', number(count)), l10n.t('{0} devices or pipes', number(count))),
  git: (count) => l10n.t('{0} .git', number(count)),
  unheld: (count) =>
    plural(
      count,
      l10n.t("{0} with a name that this disk can't hold", number(count)),
      l10n.t("{0} with names that this disk can't hold", number(count)),
    ),
  alike: (count) =>
    plural(
      count,
      l10n.t("{0} with a name that this disk can't tell from another", number(count)),
      l10n.t("{0} with names that this disk can't tell from others", number(count)),
    ),
  unsafe: (count) =>
    plural(count, l10n.t('{0} with an unsafe name', number(count)), l10n.t('{0} with unsafe names', number(count))),
  method: (count) => l10n.t('{0} with unknown compression', number(count)),
};

type Sentence = (detail: ArchiveFailure) => string;

const advice = {
  distrust: () => l10n.t('Nothing was written. Inspect the archive before you trust it.'),
  rename: () => l10n.t('Nothing was written. Change the name in the build.'),
  raise: () => l10n.t('Nothing was written. If you trust the archive, raise the limit in the settings.'),
  download: () => l10n.t('Nothing was written. Download the archive and open it with another tool.'),
  again: () => l10n.t("Nothing was written. Try again. If that doesn't help, retry the build."),
  refresh: () => l10n.t('Refresh and try again.'),
} as const;

/** What is the matter, and which advice helps, by the kind of failure. */
const table: Readonly<Record<ArchiveFailureKind, readonly [keyof typeof advice, Sentence]>> = {
  parent: ['distrust', (detail) => l10n.t('{0} points outside the target folder (..).', entry(detail))],
  absolute: ['distrust', (detail) => l10n.t('{0} is an absolute path.', entry(detail))],
  drive: ['distrust', (detail) => l10n.t('{0} names a drive.', entry(detail))],
  network: ['distrust', (detail) => l10n.t('{0} names a network folder.', entry(detail))],
  backslash: [
    'distrust',
    (detail) => l10n.t('{0} contains a backslash, which is a path separator on Windows.', entry(detail)),
  ],
  controlCharacter: ['distrust', (detail) => l10n.t('{0} contains an invisible character.', entry(detail))],
  noName: ['distrust', () => l10n.t('An entry has no name.')],
  reservedName: ['rename', (detail) => l10n.t('{0} is a reserved name on Windows.', entry(detail))],
  trailingDot: [
    'rename',
    (detail) => l10n.t('A name in {0} ends with a dot or a space, which Windows removes.', entry(detail)),
  ],
  colon: ['rename', (detail) => l10n.t('{0} contains a colon, which names a hidden stream on Windows.', entry(detail))],
  forbiddenCharacter: [
    'rename',
    (detail) => l10n.t("{0} contains a character that Windows doesn't allow in names.", entry(detail)),
  ],
  longName: [
    'rename',
    (detail) => l10n.t('The name of {0} is too long (limit: {1} bytes).', entry(detail), limit(detail)),
  ],
  longPath: [
    'rename',
    (detail) => l10n.t('The path {0} is too long (limit: {1} bytes).', entry(detail), limit(detail)),
  ],
  gitFolder: [
    'distrust',
    (detail) => l10n.t('{0} would change the git configuration of this repository.', entry(detail)),
  ],
  symlink: ['distrust', (detail) => l10n.t('{0} is a symbolic link.', entry(detail))],
  special: ['distrust', (detail) => l10n.t('{0} is a device, a pipe or a socket, not a file.', entry(detail))],
  belowFile: [
    'distrust',
    (detail) => l10n.t('{0} would be inside {1}, which is a file.', entry(detail), other(detail)),
  ],
  belowLink: [
    'distrust',
    (detail) => l10n.t('{0} would be written through the symbolic link {1}.', entry(detail), other(detail)),
  ],
  duplicate: ['distrust', (detail) => l10n.t('{0} occurs twice.', entry(detail))],
  collision: [
    'rename',
    (detail) => l10n.t('{0} and {1} are the same name on disks that ignore case or accents.', ...both(detail)),
  ],
  fileAndFolder: ['distrust', (detail) => l10n.t('{0} is both a file and a folder.', entry(detail))],
  tooManyEntries: [
    'raise',
    ({ count, limit: most }) => l10n.t('The archive has {0} entries (limit: {1}).', number(count), number(most)),
  ],
  tooBig: ['raise', ({ limit: most = 0 }) => l10n.t('The unpacked archive is larger than {0}.', formatSize(most))],
  ratio: ['raise', (detail) => l10n.t('{0} unpacks to more than {1} times its size.', subject(detail), limit(detail))],
  overlap: ['distrust', (detail) => l10n.t('{0} overlaps another entry. The archive looks malicious.', entry(detail))],
  listTooBig: [
    'download',
    ({ count = 0, limit: most = 0 }) =>
      l10n.t("The archive's directory has {0} (limit: {1}).", formatSize(count), formatSize(most)),
  ],
  encrypted: ['download', (detail) => l10n.t('{0} is encrypted.', subject(detail))],
  method: ['download', (detail) => l10n.t('{0} uses an unsupported compression method.', subject(detail))],
  damaged: ['again', (detail) => l10n.t("{0} is damaged: its checksum doesn't match.", subject(detail))],
  truncated: ['again', (detail) => l10n.t('{0} is incomplete.', subject(detail))],
  header: [
    'again',
    (detail) => l10n.t("{0} is damaged: its header doesn't match the archive's directory.", subject(detail)),
  ],
  directory: ['again', (detail) => l10n.t('{0} is damaged: its directory is inconsistent.', subject(detail))],
  zip64: ['again', (detail) => l10n.t('{0} is damaged: its sizes are inconsistent.', subject(detail))],
  multiDisk: ['again', () => l10n.t('The archive is one part of a multi-part archive.')],
  empty: ['again', () => l10n.t('The archive is empty (0 bytes).')],
  notZip: ['download', () => l10n.t("The artifacts aren't a zip archive.")],
  changed: ['refresh', () => l10n.t('The artifacts have changed.')],
  missing: ['refresh', (detail) => l10n.t("{0} isn't in the archive.", entry(detail))],
};

function entry({ path }: ArchiveFailure): string {
  return path === undefined ? l10n.t('An entry') : `"${oneLine(path)}"`;
}

/** Name of the entry, or "the archive" if the failure concerns all of it. */
function subject(detail: ArchiveFailure): string {
  return detail.path === undefined ? l10n.t('The archive') : entry(detail);
}

function other({ other: path }: ArchiveFailure): string {
  return path === undefined ? l10n.t('another entry') : `"${oneLine(path)}"`;
}

function both(detail: ArchiveFailure): readonly [string, string] {
  return [entry(detail), other(detail)];
}

function limit({ limit: most }: ArchiveFailure): string {
  return number(most);
}

function number(count: number | undefined): string {
  return count === undefined ? '?' : count.toLocaleString();
}
