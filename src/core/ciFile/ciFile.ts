import type { CST } from 'yaml';
import { withoutControls } from '../util/plainText';
import { timeSlice } from '../util/timeSlice';
import { includedPath } from './includes';

/** A job that a CI file configures. Line and column count from 0. */
export interface CiJob {
  /** Name as in builds: well-formed, without control characters. */
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
/** Maximum number of paths that a file includes; GitLab allows 150. */
const maxIncludes = 1000;

/** Top-level keys that are not jobs. `types` is an old name of `stages`. */
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
  const [documents, yieldIfDue, parser] = [[] as CST.Document[], timeSlice(), new Parser()];
  const keep = (token: CST.Token): void => {
    if (token.type === 'document') documents.push(token);
  };
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) keep(token);
    const turn = yieldIfDue();
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

/**
 * Entries of a mapping, one after the other, so that callers can yield; undefined for those without a name. None for
 * anything else.
 */
export function* entriesOf(map: CST.Token | undefined, syntax: YamlSyntax): Generator<Entry | undefined> {
  if (map?.type !== 'block-map' && !isFlow(map, '{')) return;
  for (const { key, sep = [], value } of map.items) {
    const name = scalarOf(key, syntax);
    yield name === undefined || !key ? undefined : { name, start: key.offset, before: sep, value };
  }
}

/** The text of a scalar; undefined for anything else. */
export function scalarOf(token: CST.Token | null | undefined, syntax: YamlSyntax): string | undefined {
  if (token === null || token === undefined || token.type === 'alias') return undefined;
  return syntax.resolveAsScalar(token, false, () => undefined)?.value;
}

class Reader {
  private readonly yieldIfDue = timeSlice();

  constructor(
    private readonly text: string,
    private readonly syntax: YamlSyntax,
  ) {}

  /** A header (`spec:`) is a document before the configuration. */
  async read(documents: readonly CST.Document[]): Promise<CiFile> {
    const [first, second] = documents.slice(0, 2).map(({ value }) => value);
    const isHeader = (await this.entriesOf(first)).some(({ name }) => name === 'spec');
    const entries = await this.entriesOf(isHeader ? second : first);
    const [jobs, placeOf, includes] = [[] as CiJob[], placesIn(this.text), new Set<string>()];
    // Its own includes come first.
    for (const { name, value } of entries) if (name === 'include') await this.addPaths(value, includes);
    for (const entry of entries) {
      await this.yieldIfDue();
      if (!isJob(entry)) continue;
      jobs.push({ name: withoutControls(entry.name), ...placeOf(entry.start) });
      await this.addTriggered(entry, includes);
    }
    return { jobs, includes: [...includes] };
  }

  private async entriesOf(map: CST.Token | undefined): Promise<readonly Entry[]> {
    const entries: Entry[] = [];
    for (const entry of entriesOf(map, this.syntax)) {
      if (entry !== undefined) entries.push(entry);
      const turn = this.yieldIfDue();
      if (turn !== undefined) await turn;
    }
    return entries;
  }

  /** Configuration from which a job starts child pipelines. */
  private async addTriggered({ value }: Entry, includes: Set<string>): Promise<void> {
    for (const { name, value: trigger } of await this.entriesOf(value))
      if (name === 'trigger')
        for (const one of await this.entriesOf(trigger))
          if (one.name === 'include') await this.addPaths(one.value, includes);
  }

  /** Adds the local paths of an `include`: one file, or a list of them. */
  private async addPaths(include: CST.Token | undefined, includes: Set<string>): Promise<void> {
    const isList = include?.type === 'block-seq' || isFlow(include, '[');
    for (const one of isList ? include.items.map(({ value }) => value) : [include]) {
      if (includes.size >= maxIncludes) return;
      const path = includedPath(this.written(one));
      if (path !== undefined) includes.add(path);
      const turn = this.yieldIfDue();
      if (turn !== undefined) await turn;
    }
  }

  /** Path of the local file of one `include`, as written: a scalar, or a mapping's `local`. */
  private written(include: CST.Token | undefined): string | undefined {
    if (include?.type !== 'block-map' && !isFlow(include, '{')) return scalarOf(include, this.syntax);
    let seen = 0;
    for (const entry of entriesOf(include, this.syntax)) {
      if (entry?.name === 'local') return scalarOf(entry.value, this.syntax);
      if ((seen += 1) === maxKeys) return undefined;
    }
    return undefined;
  }
}

/** Maximum number of keys of one `include`. */
const maxKeys = 20;

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
