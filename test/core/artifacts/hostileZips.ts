import { gzipSync } from 'node:zlib';
import type { ArchiveEntry } from '../../../src/core/artifacts/archive/archive';
import type { ArchiveFailureKind } from '../../../src/core/artifacts/archiveErrors';
import type { ExtractLimits } from '../../../src/core/artifacts/extract/extractLimits';
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
  parent: named('../evil', '..', 'a/../../evil', 'a/b/..', './../evil'),
  absolute: named('/evil', '/etc/cron.d/evil'),
  drive: named('C:/evil', 'c:evil', 'Z:\\evil'),
  network: named('//server/share/evil', '\\\\server\\share\\evil', '\\\\?\\C:\\evil'),
  backslash: named('..\\..\\evil', '\\evil', 'a\\b'),
  controlCharacter: named('evil\0.txt', 'evil\n', '\x1b[2Jevil', 'evil\x7f', 'evil\u2028', '\x85'),
  noName: named('', '.', './', './/.', '/'),
  reservedName: named('con', 'NUL', 'Aux.txt', 'a/com1/b', 'LPT9.log', 'con .txt', 'com¹', 'CONIN$', 'nul.tar.gz'),
  trailingDot: named('evil.', 'evil ', 'a./b', 'a /b', '...', 'a/ /b'),
  longName: named('e'.repeat(256), 'é'.repeat(128), `a/${'.'.repeat(60_000)}x`),
  longPath: named('deep/'.repeat(300) + 'evil', 'a/'.repeat(30_000) + 'evil'),
  gitFolder: named(
    '.git/hooks/post-checkout',
    'a/.GIT/config',
    '.git',
    'git~1/config',
    '.g\u200cit/config',
    '.git./x',
    '.git /x',
    '.git::$INDEX_ALLOCATION/config',
  ),
};

const allBut = (path: string) => (one: ArchiveEntry) => one.path !== path;
const link = { name: 'link', mode: 0o120777, content: '/etc' };
const kinds = {
  symlink: [
    among('a link', link, { name: 'link/evil', content: 'evil' }),
    entry('a link to itself', { name: 'link', mode: 0o120777, content: 'link' }),
    entry('a link that says to be from DOS', { mode: 0o120777, host: 0 }),
    entry('a link with the name of a folder', { name: 'link/', mode: 0o120777 }),
    entry('a link of Windows', { host: 10, attributes: 0x400 }),
    entry('a folder of Windows that is a link', { name: 'link/', host: 0, attributes: 0x410 }),
  ],
  special: [
    entry('a device', { mode: 0o020666 }),
    entry('a disk', { mode: 0o060660 }),
    entry('a pipe', { mode: 0o010644 }),
    entry('a socket', { mode: 0o140777 }),
    entry('a device of Windows', { host: 0, attributes: 0x40 }),
  ],
  belowFile: [
    among('behind it', { name: 'evil' }, { name: 'evil/a' }),
    among('before it', { name: 'evil/a' }, { name: 'evil' }),
    { ...among('one that is not wanted', { name: 'evil' }, { name: 'evil/a' }), select: allBut('evil') },
  ],
  belowLink: [{ ...among('one that is not wanted', link, { name: 'link/evil' }), select: allBut('link') }],
  duplicate: [
    among('once more', { name: 'evil' }, { name: 'evil', content: 'other' }),
    among('by another way', { name: 'a/evil' }, { name: 'a//./evil' }),
  ],
  collision: [
    among('case', { name: 'Evil.txt' }, { name: 'evil.TXT' }),
    among('case of folders', { name: 'Evil/a' }, { name: 'evil/b' }),
    among('composed and not', { name: 'caf\u00e9' }, { name: 'cafe\u0301' }),
    among('ß and SS', { name: 'straße' }, { name: 'STRASSE' }),
    among('ẞ and ss', { name: 'strasse' }, { name: 'straẞe' }),
    among('the sign of Kelvin', { name: '\u212a' }, { name: 'k' }),
    among('a character without width', { name: 'evil' }, { name: 'ev\u200bil' }),
    among('a file and a folder', { name: 'Evil' }, { name: 'evil/a' }),
  ],
  fileAndFolder: [
    among('the file first', { name: 'evil' }, { name: 'evil/' }),
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
  ],
  method: [12, 14, 93, 99, 1].map((method) => entry(`${method}`, { method })),
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
type OtherKind = 'changed' | 'colon' | 'forbiddenCharacter' | 'missing' | 'listTooBig';

const all: Readonly<Record<Exclude<ArchiveFailureKind, OtherKind>, readonly Hostile[]>> = {
  ...names,
  ...kinds,
  ...limits,
  ...unreadable,
};

/** Every kind, in several shapes. */
export const hostileZips: readonly HostileZip[] = Object.entries(all).flatMap(([kind, zips]) =>
  zips.map((zip) => ({ ...zip, kind: kind as ArchiveFailureKind })),
);
