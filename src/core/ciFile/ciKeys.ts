import type { CST } from 'yaml';
import { timeSlice } from '../util/timeSlice';
import { entriesOf, isFlow, longestCiFile, parsedDocuments, scalarOf, type YamlSyntax } from './ciFile';

/** Line and column of a text, from 0. */
export interface Place {
  readonly line: number;
  readonly character: number;
}

/** A key of a CI file, or a scalar in a list or as a value. */
export interface CiKey extends Place {
  readonly name: string;
  readonly children: readonly CiKey[];
}

export interface CiKeys {
  /** Keys at the top of the configuration. */
  readonly top: readonly CiKey[];
  /** Line at which the configuration begins: below its header, if it has one. */
  readonly firstLine: number;
  readonly lineCount: number;
  /** Number of keys and values; those beyond `maxKeys` are left out. */
  readonly count: number;
}

/** Maximum number of keys and values of a file: messages are compared with each of them. */
const maxKeys = 20_000;

const noKeys: CiKeys = { top: [], firstLine: 0, lineCount: 1, count: 0 };
/** Levels that are read. */
const maxLevels = 6;
/** Maximum length of a scalar that is read: names are short, scripts are not. */
const longestScalar = 500;

/** Reads the keys of a CI file with their positions. Yields while working. */
export async function readCiKeys(text: string): Promise<CiKeys> {
  if (text.length > longestCiFile) return noKeys;
  const { documents, syntax } = await parsedDocuments(text);
  const reader = new KeyReader(text, syntax);
  const [first, second] = documents.slice(0, 2).map(({ value }) => value);
  const { lineCount } = reader;
  const top = await reader.childrenOf(first, 0);
  if (!top.some(({ name }) => name === 'spec') || second === undefined)
    return { top, firstLine: 0, lineCount, count: reader.count };
  const below = await reader.childrenOf(second, 0);
  return { top: below, firstLine: lineBelowHeader(text), lineCount, count: reader.count };
}

/** The first line with text below the divider (`---`) that ends the header. */
function lineBelowHeader(text: string): number {
  const divider = text.indexOf('\n---', 1);
  const rest = text.slice(divider + '\n---'.length);
  return text.slice(0, text.length - rest.trimStart().length).split('\n').length - 1;
}

class KeyReader {
  private readonly lineStarts: readonly number[];
  private readonly yieldIfDue = timeSlice();
  /** Number of keys and values so far. */
  count = 0;

  constructor(
    text: string,
    private readonly syntax: YamlSyntax,
  ) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.lineStarts = starts;
  }

  get lineCount(): number {
    return this.lineStarts.length;
  }

  async childrenOf(token: CST.Token | undefined, level: number): Promise<readonly CiKey[]> {
    const turn = this.yieldIfDue();
    if (turn !== undefined) await turn;
    this.count += 1;
    if (token === undefined || level >= maxLevels || this.count > maxKeys) return [];
    const keys: CiKey[] = [];
    if (token.type === 'block-map' || isFlow(token, '{')) {
      for (const entry of entriesOf(token, this.syntax)) {
        if (this.count >= maxKeys) break;
        const children = await this.childrenOf(entry?.value, level + 1);
        if (entry !== undefined) keys.push({ name: entry.name, ...this.placeOf(entry.start), children });
      }
    } else if (token.type === 'block-seq' || isFlow(token, '[')) {
      for (const { value } of token.items) {
        if (this.count >= maxKeys) break;
        for (const key of await this.childrenOf(value, level + 1)) keys.push(key);
      }
    } else return this.leaf(token);
    return keys;
  }

  private leaf(token: CST.Token): readonly CiKey[] {
    const isShort = 'source' in token && token.source.length <= longestScalar;
    const name = isShort ? scalarOf(token, this.syntax) : undefined;
    return name === undefined || name === '' ? [] : [{ name, ...this.placeOf(token.offset), children: [] }];
  }

  private placeOf(offset: number): Place {
    let [low, high] = [0, this.lineStarts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: offset - (this.lineStarts[low] ?? 0) };
  }
}
