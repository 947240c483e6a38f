import { TextDecoder } from 'node:util';
import type { QualifiedTag, SAXParser, Tag } from 'sax';
import { timeSlice } from '../../util/timeSlice';
import { sayingLine, startOfReference, withoutControls, withoutForbidden } from './reportText';

/** A test that failed, as a report of the JUnit kind tells it. All of it is outside text. */
export interface FailedTest {
  readonly kind: 'failure' | 'error';
  readonly name: string;
  readonly classname?: string | undefined;
  /** The innermost suite that has a name. */
  readonly suite?: string | undefined;
  /** As the report has it: relative to whatever the tests ran in, or absolute in a container. */
  readonly file?: string | undefined;
  /** 1-based. */
  readonly line?: number | undefined;
  readonly seconds?: number | undefined;
  /** One line or some, without the trace. */
  readonly message?: string | undefined;
  /** What the test runner wrote of it, mostly a stack trace; cut off where it is very long. */
  readonly text?: string | undefined;
}

export interface TestReport {
  readonly tests: number;
  readonly skipped: number;
  /** Failures and errors; `failed` may hold fewer. */
  readonly failures: number;
  readonly failed: readonly FailedTest[];
  /** It is not well-formed, breaks off, or is more than anybody reads: this is what was read of it. */
  readonly damaged: boolean;
}

/** Bytes; deeper or longer nobody writes. */
const largestReport = 100_000_000;
const deepest = 200;
const mostKept = 1000;
const mostFaults = 100;
/** Attributes of one element. */
const mostAttributes = 1000;
/** Characters that the parser is given at once: what it holds back is looked at in between. */
const pieceLength = 1024;
/** Characters of one token that is not text, such as an attribute with a page's HTML. */
const longestToken = 4_000_000;
/** The parser compares a declaration from its start at each of its characters. */
const longestDeclaration = 100;
const longestText = 8000;
const longestMessage = 2000;
const longestName = 1000;

/**
 * Reads a report as it comes. undefined: it is XML of another kind, or none. Nothing that its document type defines is
 * ever expanded. After `mostBytes` it is cut off. Throws what `pieces` throws.
 */
export async function readJUnit(
  pieces: AsyncIterable<Uint8Array>,
  mostBytes = largestReport,
): Promise<TestReport | undefined> {
  const { default: sax } = await import('sax');
  const reading = new Reading(sax.parser(true, { position: false }));
  let decoder: TextDecoder | undefined;
  let bytes = 0;
  const share = timeSlice();
  for await (const piece of pieces) {
    decoder ??= new TextDecoder(encodingOf(piece));
    for (let at = 0; at < piece.length && !reading.isOver; at += pieceLength) {
      reading.read(decoder.decode(piece.subarray(at, at + pieceLength), { stream: true }));
      const turn = share();
      if (turn !== undefined) await turn;
    }
    bytes += piece.length;
    if (reading.isOver) break;
    if (bytes > mostBytes) return reading.result(true);
  }
  return reading.result(reading.isOver);
}

/** By its mark, else as its first line says; what nobody knows is read as UTF-8. */
function encodingOf(start: Uint8Array): string {
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  const head = Buffer.from(start.subarray(0, 200)).toString('latin1');
  const [, label = 'utf-8'] = /^\s*<\?xml[^>]*\bencoding=["']([\w.:-]+)["']/.exec(head) ?? [];
  try {
    // What declares itself as UTF-16 in bytes that were just read one by one, is not.
    return label.toLowerCase().startsWith('utf-16') ? 'utf-8' : new TextDecoder(label).encoding;
  } catch {
    return 'utf-8';
  }
}

type Attributes = Readonly<Record<string, string>>;

interface Suite {
  readonly name: string | undefined;
  readonly file: string | undefined;
}

interface Case {
  readonly attributes: Attributes;
  readonly suite: Suite | undefined;
  readonly output: Text;
  outcome: Outcome | undefined;
  skipped: boolean;
}

interface Text {
  text: string;
}

interface Outcome extends Text {
  readonly kind: FailedTest['kind'];
  readonly attributes: Attributes;
}

/** What is open on the way to where the parser is. */
interface Open {
  readonly name: string;
  /** Where its text goes; undefined: nowhere. */
  readonly takes: Text | undefined;
}

/** Thrown through the parser, which goes on otherwise. */
class Over extends Error {}

/** What the parser holds of the token that it is in; its types leave these out. */
interface Held {
  readonly comment: string;
  readonly sgmlDecl: string;
  readonly doctype: string | true;
  readonly procInstName: string;
  readonly procInstBody: string;
  readonly entity: string;
  readonly tagName: string;
  readonly attribName: string;
  readonly attribValue: string;
}

class Reading {
  isOver = false;
  /** A character reference that is not complete yet. */
  private held = '';
  private attributes = 0;
  private isReport: boolean | undefined;
  private faults = 0;
  private readonly open: Open[] = [];
  private readonly suites: Suite[] = [];
  private current: Case | undefined;
  private readonly failed: FailedTest[] = [];
  private readonly counts = { tests: 0, skipped: 0, failures: 0 };

  constructor(private readonly parser: SAXParser) {
    parser.onopentag = (tag) => this.enter(tag);
    parser.onclosetag = () => this.leave();
    parser.ontext = (text) => this.take(text);
    parser.oncdata = (text) => this.take(text);
    parser.onerror = () => this.forgive();
    parser.onattribute = () => this.countAttribute();
    // A declaration that is neither a comment nor a document type.
    parser.onsgmldeclaration = () => this.forgive();
  }

  read(piece: string): void {
    if (this.isOver) return;
    const text = this.held + piece;
    const end = startOfReference(text);
    this.held = text.slice(end);
    try {
      // A text is taken as it comes: the parser would hold all of it.
      this.parser.write(withoutForbidden(text.slice(0, end))).flush();
      if (this.holdsTooMuch()) this.isOver = true;
    } catch (error) {
      if (!(error instanceof Over)) throw error;
    }
  }

  result(isCut: boolean): TestReport | undefined {
    const isWhole = !isCut && this.open.length === 0;
    // What the parser holds back of a text that breaks off.
    this.close();
    this.leaveCase();
    if (this.isReport !== true) return undefined;
    return { ...this.counts, failed: this.failed, damaged: !isWhole || this.faults > 0 };
  }

  private enter({ name: qualified, attributes }: Tag | QualifiedTag): void {
    this.attributes = 0;
    const name = qualified.slice(qualified.indexOf(':') + 1);
    this.isReport ??= name === 'testsuites' || name === 'testsuite';
    if (!this.isReport || this.open.length >= deepest) {
      this.stop();
      return;
    }
    // Without namespaces every attribute is a text.
    this.open.push({ name, takes: this.begin(name, attributes as Attributes) });
  }

  /** What the text in that element belongs to. */
  private begin(name: string, attributes: Attributes): Text | undefined {
    switch (name) {
      case 'testsuite': {
        const around = this.suites.at(-1);
        const own = plain(attributes['name'], longestName);
        const file = attributes['file'] ?? attributes['filepath'];
        this.suites.push({ name: own ?? around?.name, file: plain(file, longestName) ?? around?.file });
        return undefined;
      }
      case 'testcase':
        this.leaveCase();
        this.current = {
          attributes,
          suite: this.suites.at(-1),
          output: { text: '' },
          outcome: undefined,
          skipped: false,
        };
        return undefined;
      case 'skipped':
        if (this.current !== undefined) this.current.skipped = true;
        return undefined;
      case 'system-out':
        return this.current?.output;
      case 'failure':
      case 'error':
        return this.fail({ kind: name, attributes, text: '' });
      default:
        return undefined;
    }
  }

  /** The first says what is the matter. */
  private fail(outcome: Outcome): Text | undefined {
    if (this.current === undefined || this.current.outcome !== undefined) return undefined;
    this.current.outcome = outcome;
    return outcome;
  }

  private leave(): void {
    const left = this.open.pop();
    if (left?.name === 'testsuite') this.suites.pop();
    if (left?.name === 'testcase') this.leaveCase();
  }

  private leaveCase(): void {
    const { current } = this;
    this.current = undefined;
    if (current === undefined) return;
    this.counts.tests += 1;
    if (current.outcome !== undefined) {
      this.counts.failures += 1;
      if (this.failed.length < mostKept) this.failed.push(toFailedTest(current, current.outcome));
    } else if (current.skipped) this.counts.skipped += 1;
  }

  private take(text: string): void {
    const takes = this.open.at(-1)?.takes;
    if (takes !== undefined && takes.text.length < longestText) takes.text += text;
  }

  /** The parser goes on behind what is not well-formed. */
  private forgive(): void {
    this.parser.resume();
    this.faults += 1;
    if (this.faults > mostFaults) this.stop();
  }

  private countAttribute(): void {
    this.attributes += 1;
    if (this.attributes > mostAttributes) this.stop();
  }

  /** Nothing more is read: the parser is never called again. */
  private stop(): never {
    this.isOver = true;
    throw new Over();
  }

  private close(): void {
    if (this.isOver) return;
    try {
      this.parser.write(this.held).close();
    } catch (error) {
      if (!(error instanceof Over)) throw error;
    }
  }

  private holdsTooMuch(): boolean {
    const held = this.parser as SAXParser & Held;
    const { comment, procInstName, procInstBody, entity, tagName, attribName, attribValue } = held;
    const tokens = [comment, procInstName, procInstBody, entity, tagName, attribName, attribValue];
    const doctype = held.doctype === true ? 0 : held.doctype.length;
    const length = tokens.reduce((sum, token) => sum + token.length, doctype);
    return length > longestToken || held.sgmlDecl.length > longestDeclaration;
  }
}

function toFailedTest({ attributes, suite, output }: Case, { kind, attributes: how, ...told }: Outcome): FailedTest {
  // CTest says nothing but that it failed.
  const text = withoutControls(told.text.trim() === '' ? output.text : told.text).trim();
  const line = wholeNumber(attributes['line'] ?? how['line']);
  const seconds = Number.parseFloat(attributes['time'] ?? '');
  const name = plain(attributes['name'], longestName) ?? plain(attributes['id'], longestName) ?? '';
  const classname = plain(attributes['classname'] ?? attributes['class'], longestName);
  return {
    kind,
    name,
    classname,
    suite: suite?.name,
    file: plain(attributes['file'] ?? attributes['filepath'] ?? how['file'], longestName) ?? suite?.file,
    // pytest's own numbers begin at 0.
    line: line !== undefined && suite?.name === 'pytest' ? line + 1 : line === 0 ? undefined : line,
    seconds: Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined,
    message: messageOf(how, withoutControls(told.text), [suite?.name, classname, name]),
    text: short(text, longestText),
  };
}

/** Some runners write it into the text alone, and as `message` the mere word that it failed, or the test's name. */
function messageOf(how: Attributes, text: string, names: readonly (string | undefined)[]): string | undefined {
  const told = plain(how['message'], longestMessage);
  const first = told?.split(/\r?\n/, 1)[0] ?? '';
  // Of several lines that begin with something new, all are of use.
  if (told !== undefined && sayingLine(first, names) !== undefined) return told;
  const line = sayingLine(told ?? '', names) ?? sayingLine(text, names);
  return short(line, longestMessage) ?? told ?? plain(text, longestMessage) ?? plain(how['type'], longestMessage);
}

/** Fit to be read; undefined where nothing is left. */
function plain(text: string | undefined, most: number): string | undefined {
  return text === undefined ? undefined : short(withoutControls(text).trim(), most);
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function short(text: string | undefined, most: number): string | undefined {
  return text === undefined || text === '' ? undefined : text.slice(0, most);
}
