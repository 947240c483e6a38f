import type { SAXParser, Tag } from 'sax';
import { timeSlice } from '../../util/timeSlice';
import { count, FileLines, maxFiles, maxLines, type CoveredFile } from './coverage';
import { holdsTooMuch } from './xmlBounds';

const pieceLength = 1024;
/** Maximum number of characters of one token that the parser may buffer. */
const longestToken = 100_000;
const maxSources = 10;
const deepest = 200;
/** Maximum number of branches of a line that count as lines, so that the limit on lines also bounds branches. */
const maxBranches = 100;

type Attributes = Readonly<Record<string, string>>;

/** Reads a Cobertura or JaCoCo report; undefined if it is neither. Entities are never expanded. Yields while it reads. */
export async function readXmlCoverage(text: string): Promise<readonly CoveredFile[] | undefined> {
  const { default: sax } = await import('sax');
  const reading = new Reading(sax.parser(true, { position: false }));
  const yieldIfDue = timeSlice();
  for (let at = 0; at < text.length && !reading.isOver; at += pieceLength) {
    reading.read(text.slice(at, at + pieceLength));
    const turn = yieldIfDue();
    if (turn !== undefined) await turn;
  }
  return reading.files();
}

/** Thrown through the parser, which can't be stopped otherwise. */
class Over extends Error {}

class Reading {
  isOver = false;
  private root: 'coverage' | 'report' | undefined;
  private readonly sources: string[] = [];
  private source: string | undefined;
  private readonly found = new Map<string, FileLines>();
  private current: FileLines | undefined;
  /** Folder of JaCoCo's source files: the package. */
  private folder = '';
  private depth = 0;
  private lines = 0;

  constructor(private readonly parser: SAXParser) {
    // Attributes are strings without namespaces.
    parser.onopentag = (tag) => this.enter(tag as Tag);
    parser.onclosetag = (name) => this.leave(name);
    parser.ontext = (text) => this.take(text);
    parser.onerror = () => this.stop();
    parser.onsgmldeclaration = () => this.stop();
  }

  read(piece: string): void {
    try {
      this.parser.write(piece).flush();
      if (holdsTooMuch(this.parser, longestToken)) this.isOver = true;
    } catch (error) {
      if (!(error instanceof Over)) throw error;
    }
  }

  files(): readonly CoveredFile[] | undefined {
    if (this.root === undefined || this.found.size === 0) return undefined;
    return [...this.found].map(([path, { lines, branches }]) => ({
      paths: [...this.sources.map((source) => `${source.replace(/\/$/, '')}/${path}`), path],
      lines,
      branches,
    }));
  }

  private enter({ name, attributes }: Tag): void {
    this.depth += 1;
    if (this.depth > deepest) this.stop();
    if (this.depth === 1) {
      if (name !== 'coverage' && name !== 'report') this.stop();
      this.root = name === 'report' ? 'report' : 'coverage';
      return;
    }
    if (this.root === 'report') this.enterJacoco(name, attributes);
    else this.enterCobertura(name, attributes);
  }

  private enterCobertura(name: string, attributes: Attributes): void {
    if (name === 'source') this.source = '';
    if (name === 'class') this.current = this.fileOf(attributes['filename']);
    if (name !== 'line' || this.current === undefined || this.depth !== lineDepth) return;
    const [line, hits] = [count(attributes['number']), count(attributes['hits'])];
    if (line === undefined || hits === undefined) return;
    const [covered, total] = conditionsIn(attributes['condition-coverage']);
    this.countLine(total);
    this.current.add(line, hits);
    if (total > 0) this.current.addBranches(line, covered, total);
  }

  private enterJacoco(name: string, attributes: Attributes): void {
    if (name === 'package') this.folder = attributes['name'] ?? '';
    if (name === 'sourcefile') {
      const file = attributes['name'] ?? '';
      this.current = file === '' ? undefined : this.fileOf(this.folder === '' ? file : `${this.folder}/${file}`);
    }
    if (name !== 'line' || this.current === undefined) return;
    const line = count(attributes['nr']);
    if (line === undefined) return;
    const [missed, covered] = [count(attributes['mb']) ?? 0, count(attributes['cb']) ?? 0];
    this.countLine(missed + covered);
    this.current.add(line, (count(attributes['ci']) ?? 0) > 0 ? 1 : 0);
    if (missed + covered > 0) this.current.addBranches(line, covered, missed + covered);
  }

  private fileOf(path: string | undefined): FileLines | undefined {
    if (path === undefined || path === '') return undefined;
    const known = this.found.get(path);
    if (known !== undefined) return known;
    if (this.found.size >= maxFiles) this.stop();
    const made = new FileLines();
    this.found.set(path, made);
    return made;
  }

  private countLine(branches: number): void {
    this.lines += 1 + Math.min(branches, maxBranches);
    if (this.lines > maxLines) this.stop();
  }

  private leave(name: string): void {
    this.depth -= 1;
    if (name === 'class' || name === 'sourcefile') this.current = undefined;
    if (name !== 'source' || this.source === undefined) return;
    const source = this.source.trim();
    if (source !== '' && source !== '.' && this.sources.length < maxSources) this.sources.push(source);
    this.source = undefined;
  }

  private take(text: string): void {
    if (this.source !== undefined && this.source.length < 1000) this.source += text;
  }

  private stop(): never {
    this.isOver = true;
    throw new Over();
  }
}

/** `coverage > packages > package > classes > class > lines > line`; the lines of methods are repeated there. */
const lineDepth = 7;

/** `50% (1/2)` */
function conditionsIn(text = ''): readonly [covered: number, total: number] {
  const [open, close] = [text.indexOf('('), text.indexOf(')')];
  if (open < 0 || close < open) return [0, 0];
  const [covered, total] = text.slice(open + 1, close).split('/');
  return [count(covered) ?? 0, count(total) ?? 0];
}
