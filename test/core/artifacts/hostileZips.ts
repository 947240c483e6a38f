import { platform } from 'node:process';
import { gzipSync } from 'node:zlib';
import type { ArchiveEntry } from '../../../src/core/artifacts/archive/archive';
import type { ArchiveFailureKind } from '../../../src/core/artifacts/archiveErrors';
import type { ExtractLimits } from '../../../src/core/artifacts/extract/extractLimits';
import type { LeftOutKind } from '../../../src/core/artifacts/extract/leftOut';
import { rawZip, type RawEnd, type RawEntry } from './rawZip';

/** An archive that must not be unpacked. */
export interface HostileZip {
  readonly kind: ArchiveFailureKind;
  readonly what: string;
  readonly bytes: Buffer;
  readonly limits?: Partial<ExtractLimits>;
  readonly select?: (entry: ArchiveEntry) => boolean;
}

type Hostile = Omit<HostileZip, 'kind'>;

/** Before and behind a hostile entry, so that there would be something to leave behind. */
const [first, last]: readonly [RawEntry, RawEntry] = [
  { name: 'first.txt', content: 'the first' },
  { name: 'folder/last.txt', content: Buffer.alloc(100_000, 'the last ') },
];

const among = (what: string, ...entries: readonly RawEntry[]): Hostile => ({
  what,
  bytes: rawZip([first, ...entries, last]),
});
const named = (...names: readonly string[]): readonly Hostile[] =>
  names.map((name) => among(JSON.stringify(name), { name, content: 'evil' }));
const entry = (what: string, changes: Partial<RawEntry>): Hostile =>
  among(what, { name: 'evil', content: 'some text', ...changes });
const ended = (what: string, end: RawEnd): Hostile => ({ what, bytes: rawZip([first, last], end) });
const limited = (hostile: Hostile, limits: Partial<ExtractLimits>): Hostile => ({ ...hostile, limits });

const names = {
  parent: named(
    '../evil',
    '..',
    'a/../../evil',
    'a/b/..',
    './../evil',
    '..\\..\\evil',
    'a\\..\\..\\evil',
    '.git/../../evil',
  ),
  absolute: named('/evil', '/etc/cron.d/evil', '\\evil', '/evil\n'),
  drive: named('C:/evil', 'c:evil', 'Z:\\evil'),
  network: named('//server/share/evil', '\\\\server\\share\\evil', '\\\\?\\C:\\evil'),
  noName: named('', '.', './', './/.', '/'),
};

const allBut = (path: string) => (one: ArchiveEntry) => one.path !== path;
const link = { name: 'link', mode: 0o120777, content: '/etc' };
const kinds = {
  belowFile: [
    among('behind it', { name: 'evil' }, { name: 'evil/a' }),
    among('before it', { name: 'evil/a' }, { name: 'evil' }),
    { ...among('one that is not wanted', { name: 'evil' }, { name: 'evil/a' }), select: allBut('evil') },
  ],
  belowLink: [
    among('behind it', link, { name: 'link/evil', content: 'evil' }),
    among('before it', { name: 'link/evil', content: 'evil' }, link),
    { ...among('one that is not wanted', link, { name: 'link/evil' }), select: allBut('link') },
  ],
  duplicate: [
    among('two links', link, link),
    among('a link and a file', link, { name: 'link' }),
    among('in a folder of git', { name: '.git/config' }, { name: '.git/config' }),
    among('once more', { name: 'evil' }, { name: 'evil', content: 'other' }),
    among('by another way', { name: 'a/evil' }, { name: 'a//./evil' }),
  ],
  fileAndFolder: [
    among('the file first', { name: 'evil' }, { name: 'evil/' }),
    among('a folder and a link', { name: 'evil/' }, { name: 'evil/', mode: 0o120777 }),
    among('the folder first', { name: 'evil/' }, { name: 'evil' }),
  ],
};

const zeros = (length: number) => Buffer.alloc(length);
const few = Array.from({ length: 9 }, (_, index) => ({ name: `${index}` }));
const sized = { ratioFromBytes: 1000, maxRatio: 20 };
const bomb = rawZip([{ name: 'inner', content: zeros(100_000) }]);
const quoted = { name: 'b', content: 'b', at: 0 };
const limits = {
  tooManyEntries: [
    limited(among('files', ...few), { maxEntries: 11 }),
    limited(among('folders that only a path names', { name: 'a/b/c/d/e/f/g/h' }), { maxEntries: 10 }),
  ],
  tooBig: [
    limited(among('in one', { name: 'evil', content: zeros(10_000) }), { maxBytes: 9000 }),
    limited(among('together', ...few.map((one) => ({ ...one, content: 'text' }))), { maxBytes: 100_040 }),
  ],
  ratio: [
    entry('as it says alone', { size: 0xfffffffe }),
    limited(among('of one', { name: 'evil', content: zeros(100_000) }), sized),
    limited(
      { what: 'of all, each too little', bytes: rawZip(few.map((one) => ({ ...one, content: zeros(900) }))) },
      sized,
    ),
  ],
  overlap: [
    among('the same bytes under two names', { name: 'a', content: 'text' }, { name: 'b', content: 'text', at: 48 }),
    {
      what: 'many entries of one',
      bytes: rawZip([{ name: 'a', content: 'b' }, ...few.map((one) => shared(one.name))]),
    },
    { what: 'a header among the bytes of another', bytes: rawZip([{ name: 'a', packed: 60, content: 'a' }, last]) },
    {
      what: 'a longer header of its own',
      bytes: rawZip([{ name: 'a', local: { extra: zeros(40) }, data: zeros(0), packed: 10 }, last]),
    },
    { what: 'two of one place', bytes: rawZip([{ name: 'a', content: 'b' }, quoted]) },
    {
      what: 'a link with the bytes of a file',
      bytes: rawZip([
        { name: 'a', content: 'b' },
        { ...quoted, mode: 0o120777 },
      ]),
    },
  ],
};

function shared(name: string): RawEntry {
  return { name, content: 'b', at: 0, isShared: true };
}

const crc = 0x12345678;
const unreadable = {
  encrypted: [
    entry('in the old way', { flags: 0x801 }),
    entry('strongly', { flags: 0x841 }),
    entry('with AES', { flags: 0x801, method: 99 }),
    entry('a link', { mode: 0o120777, flags: 0x801 }),
  ],
  damaged: [
    entry('another sum', { crc, local: { crc } }),
    entry('more than it says', { size: 3 }),
    entry('less than it says', { size: 1_000 }),
    entry('much more than it says', { content: zeros(20_000_000), size: 3_000_000 }),
    entry('bytes that are not packed so', { data: Buffer.from('this is no deflate') }),
    entry('bytes that break off', { content: Buffer.alloc(9000, 'some text'), packed: 20 }),
    entry('stored, and of two sizes', { method: 0, size: 1 }),
  ],
  header: [
    entry('another name', { local: { name: '../evil' } }),
    entry('another way to pack', { local: { method: 0 } }),
    entry('another sum', { local: { crc } }),
    entry('another size', { local: { size: 1 } }),
    entry('another size in the archive', { local: { packed: 1 } }),
    entry('encrypted, as it says alone', { local: { flags: 0x801 } }),
    entry('none', { local: { signature: 0x04034b51 } }),
    entry('behind the end', { at: 0xfffffff0 }),
    { what: 'bytes into the directory', bytes: rawZip([first, { name: 'evil', content: 'text', packed: 1000 }]) },
  ],
  directory: [
    ended('fewer entries than there are', { count: 1 }),
    ended('none, where there are some', { count: 0 }),
    ended('more entries than there are', { count: 3 }),
    ended('more than could be', { count: 60_000 }),
    ended('another size', { size: 100 }),
    ended('another place', { start: 10 }),
    ended('something before its end', { between: zeros(7) }),
    ended('something after its end', { after: Buffer.from('after') }),
    ended('a longer comment than there is', { commentLength: 100 }),
    ended('an end in its comment', { comment: `PK\x05\x06${'\0'.repeat(18)}` }),
    { what: 'something before the archive', bytes: Buffer.concat([zeros(100), rawZip([first, last])]) },
    entry('an extra field that is longer than it', { extra: Buffer.from([1, 0, 100, 0]) }),
  ],
  zip64: [
    ended('fewer entries', { zip64: { count: 1 }, count: 2 }),
    ended('more than could be', { zip64: { count: 2 ** 50 } }),
    ended('another size', { zip64: { size: 1 } }),
    ended('another place', { zip64: { start: 2 ** 52 } }),
    ended('a record elsewhere', { zip64: { place: 0 } }),
    ended('a record behind the end', { zip64: { place: 2 ** 60 } }),
    ended('a longer record', { zip64: { recordSize: 100 } }),
    ended('no record', { zip64: { signature: 0 } }),
    ended('other numbers than the old ones', { zip64: {}, start: 0 }),
    entry('sizes that are not there', { packed: 0xffffffff, extra: Buffer.from([1, 0, 0, 0]) }),
  ],
  multiDisk: [
    ended('the second part', { disk: 1 }),
    ended('a directory that begins on another one', { startDisk: 1 }),
    ended('entries on others', { here: 1, count: 2 }),
    ended('the second part, as 64 bits say', { zip64: { disk: 1 } }),
    ended('one of three', { zip64: { disks: 3 } }),
  ],
  truncated: [
    { what: 'half of it', bytes: rawZip([first, last]).subarray(0, 150) },
    { what: 'all but the last byte of its end', bytes: rawZip([first, last]).subarray(0, -1) },
    { what: 'its beginning alone', bytes: Buffer.from('PK\x03\x04') },
  ],
  empty: [{ what: 'no bytes', bytes: Buffer.alloc(0) }],
  notZip: [
    { what: 'a page', bytes: Buffer.from('<!DOCTYPE html><html><body>Sign in</body></html>') },
    { what: 'another archive', bytes: gzipSync('text') },
    { what: 'a byte', bytes: Buffer.from('P') },
    { what: 'zeros', bytes: zeros(200_000) },
    { what: 'the beginning of an end', bytes: Buffer.from('PK\x05\x06') },
    { what: 'an end alone, far from where it should be', bytes: Buffer.concat([bomb, zeros(100_000)]).subarray(1) },
  ],
};

/** Of a server, of Windows, of what is asked for, and of 64 MB of directory: each of these has a test of its own. */
type OtherKind = 'changed' | 'missing' | 'listTooBig';

const all: Readonly<Record<Exclude<ArchiveFailureKind, OtherKind | LeftOutKind>, readonly Hostile[]>> = {
  ...names,
  ...kinds,
  ...limits,
  ...unreadable,
};

/** Every kind that refuses the archive, in several shapes. */
export const hostileZips: readonly HostileZip[] = Object.entries(all).flatMap(([kind, zips]) =>
  zips.map((zip) => ({ ...zip, kind: kind as ArchiveFailureKind })),
);

/** An archive that is unpacked, but for what can't be written. */
export interface ReducedZip extends HostileZip {
  readonly kind: LeftOutKind;
  /** Paths of what is left out. */
  readonly leftOut: readonly string[];
  /** Of what is written besides `first.txt` and `folder/last.txt`. */
  readonly written: readonly string[];
}

type Reduced = Omit<ReducedZip, 'kind'>;

const evil = { leftOut: ['evil'], written: [] };
const reducedEntry = (what: string, changes: Partial<RawEntry>): Reduced => ({ ...entry(what, changes), ...evil });
const reducedLink = (what: string, changes: Partial<RawEntry>): Reduced => ({
  ...entry(what, { name: 'link', ...changes }),
  leftOut: ['link'],
  written: [],
});
/** Each path with what is left out of it: the path up to the first name that can't be written. */
const reduced = (paths: Readonly<Record<string, string>>): readonly Reduced[] =>
  Object.entries(paths).map(([path, cut]) => ({
    ...among(JSON.stringify(path), { name: path, content: 'evil' }),
    leftOut: [cut],
    written: [],
  }));
const itself = (...paths: readonly string[]) => reduced(Object.fromEntries(paths.map((path) => [path, path])));
/** Left out on Windows alone. */
const onWindows = (paths: Readonly<Record<string, string>>): readonly Reduced[] =>
  platform === 'win32'
    ? reduced(paths)
    : Object.keys(paths).map((path) => ({
        ...among(JSON.stringify(path), { name: path, content: 'evil' }),
        leftOut: [],
        written: [path],
      }));

const onDisk = (what: string, kept: string, lost: string, cut = lost): Reduced => {
  const zip = among(what, { name: kept, content: 'evil' }, { name: lost, content: 'evil' });
  return { ...zip, leftOut: [cut], written: [kept] };
};

const allReduced: Readonly<Record<LeftOutKind, readonly Reduced[]>> = {
  symlink: [
    reducedLink('a link out of the archive', { mode: 0o120777, content: '/etc/passwd' }),
    reducedLink('a link above the archive', { mode: 0o120777, content: '../root/first.txt' }),
    reducedLink('a link to nothing', { mode: 0o120777, content: 'nothing' }),
    reducedLink('a link to itself', { mode: 0o120777, content: 'link' }),
    reducedLink('a link to a folder', { mode: 0o120777, content: 'folder' }),
    reducedLink('a link that says to be from DOS', { mode: 0o120777, host: 0 }),
    reducedLink('a link with the name of a folder', { name: 'link/', mode: 0o120777, content: '' }),
    reducedLink('a link of Windows', { host: 10, attributes: 0x400 }),
    reducedLink('a folder of Windows that is a link', { name: 'link/', host: 0, attributes: 0x410, content: '' }),
    {
      ...entry('a link to a file', { name: 'link', mode: 0o120777, content: 'first.txt' }),
      leftOut: [],
      written: ['link'],
    },
    {
      ...among('a link to a link', link, { name: 'chain', mode: 0o120777, content: 'link' }),
      leftOut: ['link', 'chain'],
      written: [],
    },
  ],
  special: [
    reducedEntry('a device', { mode: 0o020666 }),
    reducedEntry('a disk', { mode: 0o060660 }),
    reducedEntry('a pipe', { mode: 0o010644 }),
    reducedEntry('a socket', { mode: 0o140777 }),
    reducedEntry('a device of Windows', { host: 0, attributes: 0x40 }),
  ],
  gitFolder: reduced({
    '.git/hooks/post-checkout': '.git',
    'a/.GIT/config': 'a/.GIT',
    '.git': '.git',
    'git~1/config': 'git~1',
    '.g\u200cit/config': '.g\u200cit',
    '.git./x': '.git.',
    '.git /x': '.git ',
    '.git::$INDEX_ALLOCATION/config': '.git::$INDEX_ALLOCATION',
  }),
  collision: [
    onDisk('case', 'Evil.txt', 'evil.TXT'),
    onDisk('case of folders', 'Evil/a', 'evil/b', 'evil'),
    onDisk('composed and not', 'caf\u00e9', 'cafe\u0301'),
    onDisk('ß and SS', 'straße', 'STRASSE'),
    onDisk('ẞ and ss', 'strasse', 'straẞe'),
    onDisk('the sign of Kelvin', '\u212a', 'k'),
    onDisk('a character without width', 'evil', 'ev\u200bil'),
    onDisk('a file and a folder', 'Evil', 'evil/a', 'evil'),
    onDisk('a folder and a file', 'Evil/a', 'evil'),
  ],
  method: [12, 14, 93, 99, 1].map((method) => reducedEntry(`${method}`, { method })),
  controlCharacter: itself('evil\0.txt', 'evil\n', '\x1b[2Jevil', 'evil\x7f', 'evil\u2028', '\x85'),
  backslash: itself('a\\b', 'a/b\\c'),
  reservedName: onWindows({
    con: 'con',
    NUL: 'NUL',
    'Aux.txt': 'Aux.txt',
    'a/com1/b': 'a/com1',
    'LPT9.log': 'LPT9.log',
    'con .txt': 'con .txt',
    'com¹': 'com¹',
    CONIN$: 'CONIN$',
    'nul.tar.gz': 'nul.tar.gz',
  }),
  trailingDot: onWindows({
    'evil.': 'evil.',
    'evil ': 'evil ',
    'a./b': 'a.',
    'a /b': 'a ',
    '...': '...',
    'a/ /b': 'a/ ',
  }),
  colon: onWindows({ 'evil.txt:stream': 'evil.txt:stream', '12:30.log': '12:30.log' }),
  forbiddenCharacter: onWindows({ 'a?': 'a?', '<a>/b': '<a>' }),
  longName: reduced({
    ['e'.repeat(256)]: 'e'.repeat(256),
    ['é'.repeat(128)]: 'é'.repeat(128),
    [`a/${'.'.repeat(60_000)}x`]: `a/${'.'.repeat(60_000)}x`,
  }),
  longPath: itself('deep/'.repeat(300) + 'evil', 'a/'.repeat(30_000) + 'evil'),
};

/** Every kind that costs only the entry, in several shapes; on a disk that takes colliding names for one. */
export const reducedZips: readonly ReducedZip[] = Object.entries(allReduced).flatMap(([kind, zips]) =>
  zips.map((zip) => ({ ...zip, kind: kind as LeftOutKind })),
);
