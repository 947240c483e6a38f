import type { CST } from 'yaml';
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
}

const noKeys: CiKeys = { top: [], firstLine: 0, lineCount: 1 };
/** Levels that are read. */
const mostLevels = 6;
/** Maximum length of a scalar that is read: names are short, scripts are not. */
const longestScalar = 500;

/** Reads the keys of a CI file with their places. It yields while it parses. */
export async function readCiKeys(text: string): Promise<CiKeys> {
  if (text.length > longestCiFile) return noKeys;
  const { documents, syntax } = await parsedDocuments(text);
  const reader = new KeyReader(text, syntax);
  const [first, second] = documents.slice(0, 2).map(({ value }) => value);
  const { lineCount } = reader;
  const top = reader.childrenOf(first, 0);
  if (!top.some(({ name }) => name === 'spec') || second === undefined) return { top, firstLine: 0, lineCount };
  return { top: reader.childrenOf(second, 0), firstLine: lineBelowHeader(text), lineCount };
}

/** The first line with text below the divider (`---`) that ends the header. */
function lineBelowHeader(text: string): number {
  const divider = text.indexOf('\n---', 1);
  const rest = text.slice(divider + '\n---'.length);
  return text.slice(0, text.length - rest.trimStart().length).split('\n').length - 1;
}

class KeyReader {
  private readonly lineStarts: readonly number[];

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

  childrenOf(token: CST.Token | undefined, level: number): readonly CiKey[] {
    if (token === undefined || level >= mostLevels) return [];
    if (token.type === 'block-map' || isFlow(token, '{'))
      return entriesOf(token, this.syntax).map(({ name, start, value }) => ({
        name,
        ...this.placeOf(start),
        children: this.childrenOf(value, level + 1),
      }));
    if (token.type === 'block-seq' || isFlow(token, '['))
      return token.items.flatMap(({ value }) => this.childrenOf(value, level + 1));
    return this.leaf(token);
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
