import { l10n } from 'vscode';
import type { ArchiveError, ArchiveFailure, ArchiveFailureKind } from '../../core/artifacts/archiveErrors';
import type { LeftOut, LeftOutKind } from '../../core/artifacts/extract/leftOut';
import { formatSize } from './buildText';
import { oneLine } from './failures';

/** What is the matter with an archive or an entry of it, and what to do; nothing of it was written. */
export function archiveSentence({ kind, detail }: ArchiveError): string {
  return `${whats[kind](detail)} ${advice[adviceFor[kind]]()}`;
}

/** The setting that would let it pass, where there is one. */
export function settingFor({ kind }: ArchiveError): string | undefined {
  const setting = settings[kind];
  return setting === undefined ? undefined : `gitlabBuilds.artifacts.${setting}`;
}

const settings: Readonly<Partial<Record<ArchiveFailureKind, string>>> = {
  tooManyEntries: 'maxEntries',
  tooBig: 'maxUnpackedMegabytes',
  ratio: 'maxRatio',
};

/** How many entries were not written, by what they are; undefined where all were. */
export function leftOutSentence(leftOut: readonly LeftOut[]): string | undefined {
  if (leftOut.length === 0) return undefined;
  const counts = new Map<Group, number>();
  for (const { kind } of leftOut) counts.set(groups[kind], (counts.get(groups[kind]) ?? 0) + 1);
  const list = [...counts].map(([group, count]) => counted[group](count)).join(', ');
  return leftOut.length === 1
    ? l10n.t('1 entry left out: {0}.', list)
    : l10n.t('{0} entries left out: {1}.', number(leftOut.length), list);
}

/** What is left out, as people tell it apart. */
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
  link: (count) => (count === 1 ? l10n.t('1 link') : l10n.t('{0} links', number(count))),
  special: (count) => (count === 1 ? l10n.t('1 device or pipe') : l10n.t('{0} devices or pipes', number(count))),
  git: (count) => l10n.t('{0} .git', number(count)),
  unheld: (count) =>
    count === 1
      ? l10n.t("1 with a name that this disk can't hold")
      : l10n.t("{0} with names that this disk can't hold", number(count)),
  alike: (count) =>
    count === 1
      ? l10n.t("1 with a name that this disk can't tell from another")
      : l10n.t("{0} with names that this disk can't tell from others", number(count)),
  unsafe: (count) => (count === 1 ? l10n.t('1 with an unsafe name') : l10n.t('{0} with unsafe names', number(count))),
  method: (count) =>
    count === 1 ? l10n.t('1 with an unknown compression') : l10n.t('{0} with an unknown compression', number(count)),
};

type What = (detail: ArchiveFailure) => string;

const names = {
  parent: (detail) => l10n.t('{0} leads out of the folder that it would be unpacked into (..).', entry(detail)),
  absolute: (detail) => l10n.t('{0} names a place of its own on the disk.', entry(detail)),
  drive: (detail) => l10n.t('{0} names a drive.', entry(detail)),
  network: (detail) => l10n.t('{0} names a folder of another computer.', entry(detail)),
  backslash: (detail) => l10n.t('{0} has a backslash, which leads elsewhere on Windows.', entry(detail)),
  controlCharacter: (detail) => l10n.t('{0} has a character in its name that cannot be seen.', entry(detail)),
  noName: () => l10n.t('An entry has no name.'),
  reservedName: (detail) => l10n.t('{0} is called as Windows calls a device.', entry(detail)),
  trailingDot: (detail) => l10n.t('A name in {0} ends with a dot or a space, which Windows leaves out.', entry(detail)),
  colon: (detail) => l10n.t('{0} has a colon, with which Windows hides a file in another.', entry(detail)),
  forbiddenCharacter: (detail) => l10n.t('{0} has a character that no name on Windows may have.', entry(detail)),
  longName: (detail) => l10n.t('The name of {0} is too long: {1} bytes are the most.', entry(detail), limit(detail)),
  longPath: (detail) => l10n.t('The path {0} is too long: {1} bytes are the most.', entry(detail), limit(detail)),
  gitFolder: (detail) => l10n.t('{0} would change how git works here, and what it runs.', entry(detail)),
} as const satisfies Partial<Record<ArchiveFailureKind, What>>;

const kinds = {
  symlink: (detail) => l10n.t('{0} is a symbolic link, which may lead anywhere.', entry(detail)),
  special: (detail) => l10n.t('{0} is no file, but a device, a pipe or a socket.', entry(detail)),
  belowFile: (detail) => l10n.t('{0} would lie in {1}, which is a file.', entry(detail), other(detail)),
  belowLink: (detail) => l10n.t('{0} would lie behind the symbolic link {1}.', entry(detail), other(detail)),
  duplicate: (detail) => l10n.t('{0} is there twice.', entry(detail)),
  collision: (detail) =>
    l10n.t('{0} and {1} are the same name where upper and lower case or accents do not count.', ...both(detail)),
  fileAndFolder: (detail) => l10n.t('{0} is there both as a file and as a folder.', entry(detail)),
} as const satisfies Partial<Record<ArchiveFailureKind, What>>;

const limits = {
  tooManyEntries: ({ count, limit: most }) =>
    l10n.t('The archive has {0} entries, and {1} are allowed.', number(count), number(most)),
  tooBig: ({ limit: most = 0 }) => l10n.t('Unpacked, the archive has more than {0}.', formatSize(most)),
  ratio: (detail) =>
    l10n.t('{0} becomes more than {1} times as big when it is unpacked.', subject(detail), limit(detail)),
  overlap: (detail) => l10n.t('{0} shares bytes with another entry, as only a trap does.', entry(detail)),
  listTooBig: ({ count = 0, limit: most = 0 }) =>
    l10n.t(
      'The list of what is in the archive has {0}, and {1} are read at most.',
      formatSize(count),
      formatSize(most),
    ),
} as const satisfies Partial<Record<ArchiveFailureKind, What>>;

const unreadable = {
  encrypted: (detail) => l10n.t('{0} is encrypted.', subject(detail)),
  method: (detail) => l10n.t('{0} is packed in a way that is not known here.', subject(detail)),
  damaged: (detail) => l10n.t('{0} is damaged: its bytes are not what the archive says of them.', subject(detail)),
  truncated: (detail) => l10n.t('{0} ends too early.', subject(detail)),
  header: (detail) => l10n.t('{0} is damaged: its header says something else than the list.', subject(detail)),
  directory: (detail) => l10n.t('{0} is damaged: the list of what is in it contradicts itself.', subject(detail)),
  zip64: (detail) => l10n.t('{0} is damaged: its sizes contradict each other.', subject(detail)),
  multiDisk: () => l10n.t('The archive is one part of several.'),
  empty: () => l10n.t('The archive has no bytes at all.'),
  notZip: () => l10n.t('The artifacts are no zip archive.'),
  changed: () => l10n.t('The artifacts are other ones by now.'),
  missing: (detail) => l10n.t('{0} is not in the archive.', entry(detail)),
} as const satisfies Partial<Record<ArchiveFailureKind, What>>;

const whats: Readonly<Record<ArchiveFailureKind, What>> = { ...names, ...kinds, ...limits, ...unreadable };

const advice = {
  distrust: () => l10n.t('Nothing of it was written; look at the archive before you trust it.'),
  rename: () => l10n.t('Nothing of it was written; let the build give it another name.'),
  raise: () => l10n.t('Nothing of it was written; if you trust the archive, raise the limit in the settings.'),
  download: () => l10n.t('Nothing of it was written; download the archive, and open it with another tool.'),
  again: () => l10n.t('Nothing of it was written; try again, and if that does not help, retry the build.'),
  refresh: () => l10n.t('Refresh, and try again.'),
} as const;

const adviceFor: Readonly<Record<ArchiveFailureKind, keyof typeof advice>> = {
  parent: 'distrust',
  absolute: 'distrust',
  drive: 'distrust',
  network: 'distrust',
  backslash: 'distrust',
  controlCharacter: 'distrust',
  noName: 'distrust',
  reservedName: 'rename',
  trailingDot: 'rename',
  colon: 'rename',
  forbiddenCharacter: 'rename',
  longName: 'rename',
  longPath: 'rename',
  gitFolder: 'distrust',
  symlink: 'distrust',
  special: 'distrust',
  belowFile: 'distrust',
  belowLink: 'distrust',
  duplicate: 'distrust',
  collision: 'rename',
  fileAndFolder: 'distrust',
  tooManyEntries: 'raise',
  tooBig: 'raise',
  ratio: 'raise',
  overlap: 'distrust',
  listTooBig: 'download',
  encrypted: 'download',
  method: 'download',
  damaged: 'again',
  truncated: 'again',
  header: 'again',
  directory: 'again',
  zip64: 'again',
  multiDisk: 'again',
  empty: 'again',
  notZip: 'download',
  changed: 'refresh',
  missing: 'refresh',
};

function entry({ path }: ArchiveFailure): string {
  return path === undefined ? l10n.t('An entry') : `"${oneLine(path)}"`;
}

/** Of what may be about all of it, too. */
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
