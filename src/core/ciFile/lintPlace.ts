import { trimStartOf } from '../util/trim';
import type { CiKey, CiKeys, Place } from './ciKeys';

/** A file of the configuration. */
export interface LintedFile {
  /** Path from the repository's root. */
  readonly path: string;
  readonly keys: CiKeys;
}

/** Where an error or a warning of GitLab's lint belongs. */
interface LintPlace extends Place {
  /** Path of the file from the repository's root. */
  readonly path: string;
  /** Whether the error is in an included file that isn't in the repository, as far as is known. */
  readonly isElsewhere: boolean;
}

/** Finds the place that a message names. The first file is `.gitlab-ci.yml`; a message that names none is at its first line. */
export function placeOf(message: string, files: readonly LintedFile[]): LintPlace {
  const [root] = files;
  const named = fileNamedIn(message, files);
  const place = syntaxPlace(message, files, named) ?? namedPlace(message, files, named);
  if (place !== undefined) return { ...place, isElsewhere: false };
  if (named !== undefined) return { path: named.path, line: 0, character: 0, isElsewhere: false };
  const include = root?.keys.top.find(({ name }) => name === 'include');
  const isElsewhere = include !== undefined && namesJob(message);
  const { line, character } = include !== undefined && (isElsewhere || /\binclude/i.test(message)) ? include : start;
  return { path: root?.path ?? '', line, character, isElsewhere };
}

const start: Place = { line: 0, character: 0 };

type Found = Omit<LintPlace, 'isElsewhere'>;

/** `… at line 2 column 1`, as Ruby's YAML parser counts them. */
function syntaxPlace(message: string, files: readonly LintedFile[], named: LintedFile | undefined): Found | undefined {
  const [line, column] = [numberAfter(message, 'line '), numberAfter(message, 'column ')];
  const file = named ?? files[0];
  const isSyntax = line !== undefined && (message.includes('(<unknown>)') || column !== undefined);
  // What comes before a place in another file, such as that of a project, would be a wrong place in this one.
  if (!isSyntax || file === undefined || (named === undefined && otherFile(message) !== undefined)) return undefined;
  const below = file.keys.firstLine + Math.max(line, 1) - 1;
  return { path: file.path, line: Math.min(below, file.keys.lineCount - 1), character: Math.max(column ?? 1, 1) - 1 };
}

/** The number after the last mention of a word. */
function numberAfter(message: string, word: string): number | undefined {
  const digits = message.slice(message.lastIndexOf(word) + word.length);
  const number = message.includes(word) ? Number.parseInt(digits.slice(0, 9), 10) : NaN;
  return Number.isNaN(number) ? undefined : number;
}

/** Messages whose error is in the included file itself, not where it is included. */
const faultsOfFiles = ['does not have valid YAML syntax', 'is empty'];

/** The file of the repository that has the error: `` `ci/a.yml`: … ``, or one that isn't YAML. */
function fileNamedIn(message: string, files: readonly LintedFile[]): LintedFile | undefined {
  const isFault = faultsOfFiles.some((fault) => message.includes(fault));
  const written = otherFile(message) ?? (isFault ? quotedIn(message)[0] : undefined);
  const path = written === undefined ? undefined : trimStartOf(written, '/');
  return files.find((file) => file.path === path);
}

/** The name of a file before the message: `` `ci/a.yml`: … `` */
function otherFile(message: string): string | undefined {
  const end = message.indexOf('`: ', 1);
  const [name] = quotedIn(message);
  return end > 0 && message.startsWith('`') && name?.length === end - 1 ? name : undefined;
}

/** The place of the key or of the included file that a message names, in the first file that has it. */
function namedPlace(message: string, files: readonly LintedFile[], named: LintedFile | undefined): Found | undefined {
  const file = otherFile(message);
  // What is below the name of a file that isn't here is about that file: the place is where it is included.
  const body = file === undefined || named === undefined ? message : message.slice(file.length + '``: '.length);
  const ways = file !== undefined && named === undefined ? [quotedKeyIn] : [keyIn, quotedKeyIn];
  for (const find of ways)
    for (const { path, keys } of named === undefined ? files : [named]) {
      const { line, character } = find(body, keys.top) ?? {};
      if (line !== undefined && character !== undefined) return { path, line, character };
    }
  return undefined;
}

const jobPrefixes = ['jobs:', 'jobs '];
const openingQuotes = ['`', "'", '"'];

/** Whether a message is about a job, or a key of one. */
function namesJob(message: string): boolean {
  const isAnyJob = message.startsWith('jobs config should');
  return !isAnyJob && (jobPrefixes.some((prefix) => message.startsWith(prefix)) || message.includes(' job: '));
}

/** `jobs:NAME:script config …`, `jobs NAME config …`, `NAME job: …`, `NAME: …`, `'NAME' job …`, `KEY config …`, `root …` */
function keyIn(message: string, top: readonly CiKey[]): CiKey | undefined {
  if (message.startsWith('root config')) return listedIn(message, top);
  const prefix = [...jobPrefixes, ...openingQuotes].find((one) => message.startsWith(one)) ?? '';
  return descend(message.slice(prefix.length), top) ?? (prefix === '' ? undefined : descend(message, top));
}

/** Follows the keys at the beginning of a text (`rspec:artifacts:paths config …`), and then what its words name. */
function descend(text: string, keys: readonly CiKey[]): CiKey | undefined {
  let [found, rest, among] = [undefined as CiKey | undefined, text, keys];
  for (let next = longestKeyAtStart(rest, among); next !== undefined; next = longestKeyAtStart(rest, among)) {
    [found, among] = [next, next.children];
    rest = rest.slice(next.name.length);
    if (!rest.startsWith(':')) break;
    rest = rest.slice(1);
  }
  return found && (listedIn(rest, found.children) ?? mentionedIn(rest, found.children) ?? found);
}

/** Characters that can follow the name of a key. */
const ends = [':', ' ', ...openingQuotes, ''];

/** The longest key that a text begins with: names of jobs may contain colons and spaces. */
function longestKeyAtStart(text: string, keys: readonly CiKey[]): CiKey | undefined {
  const starting = keys.filter(({ name }) => text.startsWith(name) && ends.includes(text.charAt(name.length)));
  return longest(starting);
}

function longest(keys: readonly CiKey[]): CiKey | undefined {
  return keys.reduce<CiKey | undefined>(
    (best, key) => (best === undefined || key.name.length > best.name.length ? key : best),
    undefined,
  );
}

/** The first key of a list at the end: `config contains unknown keys: scirpt, tgas` */
function listedIn(text: string, keys: readonly CiKey[]): CiKey | undefined {
  const at = text.lastIndexOf(': ');
  const names = at < 0 ? [] : text.slice(at + 2, at + 2 + longestList).split(', ');
  return names.flatMap((name) => keys.find((key) => key.name === name) ?? [])[0];
}

const longestList = 2000;

/** Keys by words of GitLab that aren't the key itself. */
const keysByWord: Readonly<Record<string, readonly string[]>> = {
  need: ['needs'],
  dependency: ['dependencies'],
  stages: ['stage'],
  on_stop: ['environment'],
};

/** The key that the first words name (`when should be …`, `undefined need: compile`), and the item in its value. */
function mentionedIn(text: string, keys: readonly CiKey[]): CiKey | undefined {
  const words = text.slice(0, longestList).split(/[^\w-]/);
  for (const word of words) {
    const key = keys.find(({ name }) => name === word || keysByWord[word]?.includes(name) === true);
    if (key !== undefined) return longest(key.children.filter(({ name }) => contains(text, name))) ?? key;
  }
  return undefined;
}

/** Whether a text contains a name as a whole. */
function contains(text: string, name: string): boolean {
  const at = text.indexOf(name);
  return at >= 0 && ends.includes(text.charAt(at + name.length)) && /^$|[\s:`'"]$/.test(text.charAt(at - 1));
}

/** The place where an included file, a reference or a value stands that the message quotes. */
function quotedKeyIn(message: string, top: readonly CiKey[]): CiKey | undefined {
  const quoted = quotedIn(message);
  // The first names of a reference exist; the last is what couldn't be found.
  const names = message.startsWith('!reference') ? [...quoted].reverse() : quoted;
  const include = top.filter(({ name }) => name === 'include');
  for (const name of names) {
    const key = deepIn(include, name) ?? deepIn(top, name);
    if (key !== undefined) return key;
  }
  return undefined;
}

function deepIn(keys: readonly CiKey[], name: string): CiKey | undefined {
  for (const key of keys) {
    const found = key.name === name ? key : deepIn(key.children, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Number of quoted pieces of a message that are looked for. */
const maxQuoted = 8;

/** Pieces of a message in backticks or quotes. */
function quotedIn(message: string): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at < message.length && pieces.length < maxQuoted; at += 1) {
    const quote = message.charAt(at);
    const end = openingQuotes.includes(quote) ? message.indexOf(quote, at + 1) : -1;
    if (end < 0) continue;
    pieces.push(message.slice(at + 1, end));
    at = end;
  }
  return pieces;
}
