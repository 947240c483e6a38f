import type { CST } from 'yaml';
import { timeSlice } from '../util/timeSlice';
import { includedPaths } from './includes';

/** A job that a CI file configures. Line and column count from 0. */
export interface CiJob {
  readonly name: string;
  readonly line: number;
  readonly character: number;
}

/** What a `.gitlab-ci.yml`, or a file that it includes, says of its jobs. */
export interface CiFile {
  /** In order, without hidden ones (`.name`). */
  readonly jobs: readonly CiJob[];
  /** Local files that it includes, or starts child pipelines with: paths from the repository's root, maybe with `*`. */
  readonly includes: readonly string[];
}

export const ciFileName = '.gitlab-ci.yml';
/** Maximum length of a file that is read, in UTF-16 units. */
export const longestCiFile = 1_000_000;
/** Levels of an `include` or a `trigger` that are read. */
const mostLevels = 4;

/** Keys at the top of a file that are no jobs. `types` is an old name of `stages`. */
const keywords = new Set([
  'after_script',
  'before_script',
  'cache',
  'default',
  'image',
  'include',
  'services',
  'spec',
  'stages',
  'types',
  'variables',
  'workflow',
]);

/**
 * Reads a CI file. Only its syntax is read: anchors, `extends` and `!reference` are not followed. What isn't YAML is left
 * out, and a file that is too long is empty. It yields while it works.
 */
export async function readCiFile(text: string): Promise<CiFile> {
  if (text.length > longestCiFile) return { jobs: [], includes: [] };
  const { documents, syntax } = await parsedDocuments(text);
  return new Reader(text, syntax).read(documents);
}

/** The part of the library that reads scalars; it is loaded at the first file. */
export type YamlSyntax = Pick<typeof CST, 'resolveAsScalar'>;

/** Parses the documents of a text to tokens: composing the values would take quadratic time for hostile ones. */
export async function parsedDocuments(
  text: string,
): Promise<{ readonly documents: readonly CST.Document[]; readonly syntax: YamlSyntax }> {
  const syntax = await import('./yamlSyntax');
  const { Lexer, Parser } = syntax;
  const [documents, share, parser] = [[] as CST.Document[], timeSlice(), new Parser()];
  const keep = (token: CST.Token): void => {
    if (token.type === 'document') documents.push(token);
  };
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) keep(token);
    const turn = share();
    if (turn !== undefined) await turn;
  }
  for (const token of parser.end()) keep(token);
  return { documents, syntax };
}

interface Entry {
  readonly name: string;
  readonly start: number;
  /** Tokens between the key and the value. */
  readonly before: readonly CST.SourceToken[];
  readonly value: CST.Token | undefined;
}

/** Entries of a mapping; none of anything else. */
export function entriesOf(map: CST.Token | undefined, syntax: YamlSyntax): readonly Entry[] {
  if (map?.type !== 'block-map' && !isFlow(map, '{')) return [];
  return map.items.flatMap(({ key, sep = [], value }) => {
    const name = scalarOf(key, syntax);
    return name === undefined || !key ? [] : [{ name, start: key.offset, before: sep, value }];
  });
}

/** The text of a scalar; undefined for anything else. */
export function scalarOf(token: CST.Token | null | undefined, syntax: YamlSyntax): string | undefined {
  if (token === null || token === undefined || token.type === 'alias') return undefined;
  return syntax.resolveAsScalar(token, false, () => undefined)?.value;
}

class Reader {
  constructor(
    private readonly text: string,
    private readonly syntax: YamlSyntax,
  ) {}

  /** A header (`spec:`) is a document before the configuration. */
  read(documents: readonly CST.Document[]): CiFile {
    const [first = [], second = []] = documents.slice(0, 2).map(({ value }) => this.entriesOf(value));
    const entries = first.some(({ name }) => name === 'spec') ? second : first;
    const jobs = entries.filter(isJob);
    const own = entries.filter(({ name }) => name === 'include').map(({ value }) => this.plain(value));
    const paths = [...own, ...jobs.flatMap((job) => this.triggered(job))].flatMap(includedPaths);
    const placeOf = placesIn(this.text);
    return {
      jobs: jobs.map(({ name, start }) => ({ name, ...placeOf(start) })),
      includes: [...new Set(paths)],
    };
  }

  private entriesOf(map: CST.Token | undefined): readonly Entry[] {
    return entriesOf(map, this.syntax);
  }

  /** What jobs start child pipelines with. */
  private triggered({ value }: Entry): readonly unknown[] {
    return this.entriesOf(value)
      .filter(({ name }) => name === 'trigger')
      .flatMap((trigger) => this.entriesOf(trigger.value).filter(({ name }) => name === 'include'))
      .map((include) => this.plain(include.value));
  }

  /** A value of strings, lists and objects. Aliases and what is nested too deep are undefined. */
  private plain(token: CST.Token | undefined, level = 0): unknown {
    if (token === undefined || level > mostLevels) return undefined;
    if (token.type === 'block-seq' || isFlow(token, '['))
      return token.items.map(({ value }) => this.plain(value, level + 1));
    if (token.type === 'block-map' || isFlow(token, '{'))
      return Object.fromEntries(this.entriesOf(token).map(({ name, value }) => [name, this.plain(value, level + 1)]));
    return scalarOf(token, this.syntax);
  }
}

export function isFlow(token: CST.Token | undefined, start: '{' | '['): token is CST.FlowCollection {
  return token?.type === 'flow-collection' && token.start.source === start;
}

/** A job is a mapping, or stands for one: an alias or a reference. */
function isJob({ name, value, before }: Entry): boolean {
  if (name === '' || name.startsWith('.') || name === '<<' || keywords.has(name)) return false;
  if (before.some(({ type, source }) => type === 'tag' && source === '!reference')) return true;
  if (isFlow(value, '{')) return true;
  return value?.type === 'block-map' || value?.type === 'alias';
}

/** Converts offsets, in ascending order, to lines and columns. */
function placesIn(text: string): (offset: number) => { readonly line: number; readonly character: number } {
  let [line, start] = [0, 0];
  return (offset) => {
    for (let next = text.indexOf('\n', start); next >= 0 && next < offset; next = text.indexOf('\n', start)) {
      line += 1;
      start = next + 1;
    }
    return { line, character: offset - start };
  };
}
