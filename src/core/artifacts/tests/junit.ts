import { TextDecoder } from 'node:util';
import type { QualifiedTag, SAXParser, Tag } from 'sax';
import { timeSlice } from '../../util/timeSlice';
import {
  longestName,
  longestText,
  messageOf,
  plain,
  short,
  startOfReference,
  withoutControls,
  withoutForbidden,
} from './reportText';
import { holdsTooMuch } from './xmlBounds';
import { maxFailed, maxQuiet, type FailedTest, type QuietTest, type TestReport } from './testReport';

/** Maximum size of a report in bytes. */
const largestReport = 100_000_000;
const deepest = 200;
const maxFaults = 100;
/** Maximum number of attributes of an element. */
const maxAttributes = 1000;
/** Number of characters passed to the parser at once; between calls, its buffers are checked. */
const pieceLength = 1024;
/** Maximum length of a token other than text in characters, such as an attribute that contains HTML. */
const longestToken = 4_000_000;

/**
 * Reads a report as a stream; undefined if it isn't JUnit XML. Entities of the document type are never expanded.
 * Truncated after `maxBytes`. Throws errors of `pieces`.
 */
export async function readJUnit(
  pieces: AsyncIterable<Uint8Array>,
  maxBytes = largestReport,
): Promise<TestReport | undefined> {
  const { default: sax } = await import('sax');
  const reading = new JUnitReader(sax.parser(true, { position: false }));
  let decoder: TextDecoder | undefined;
  let bytes = 0;
  const yieldIfDue = timeSlice();
  for await (const piece of pieces) {
    decoder ??= new TextDecoder(encodingOf(piece));
    for (let at = 0; at < piece.length && !reading.isOver; at += pieceLength) {
      reading.read(decoder.decode(piece.subarray(at, at + pieceLength), { stream: true }));
      const turn = yieldIfDue();
      if (turn !== undefined) await turn;
    }
    bytes += piece.length;
    if (reading.isOver) break;
    if (bytes > maxBytes) return reading.result(true);
  }
  return reading.result(reading.isOver);
}

/** Encoding from the byte order mark, else from the zero beside the first `<`, else from the XML declaration, else UTF-8. */
function encodingOf(start: Uint8Array): string {
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0 && start[1] === 0x3c) return 'utf-16be';
  if (start[0] === 0x3c && start[1] === 0) return 'utf-16le';
  const head = Buffer.from(start.subarray(0, 200)).toString('latin1');
  const [, label = 'utf-8'] = /^\s*<\?xml[^>]*\bencoding=["']([\w.:-]+)["']/.exec(head) ?? [];
  try {
    // The declaration was readable byte by byte, so it can't be UTF-16.
    return label.toLowerCase().startsWith('utf-16') ? 'utf-8' : new TextDecoder(label).encoding;
  } catch {
    return 'utf-8';
  }
}

/** Values by local name in lowercase. */
type Attributes = Readonly<Record<string, string>>;

/** Elements that a report may begin with. */
const roots: readonly string[] = ['testsuites', 'testsuite', 'testcase'];

/** Name in lowercase and without the prefix of its namespace; some writers capitalize names. */
function localName(qualified: string): string {
  return qualified.slice(qualified.lastIndexOf(':') + 1).toLowerCase();
}

/** Attributes by their local names. Of two with the same one, the one that is written exactly so counts. */
function byLocalName(attributes: Attributes): Attributes {
  const named = Object.entries(attributes).map(([name, value]) => [localName(name), value] as const);
  return { ...Object.fromEntries(named), ...attributes };
}

interface Suite {
  readonly name: string | undefined;
  readonly file: string | undefined;
}

interface Case {
  readonly attributes: Attributes;
  readonly suite: Suite | undefined;
  readonly output: Text;
  readonly errorOutput: Text;
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

/** An open element. */
interface OpenElement {
  readonly name: string;
  /** Receives its text; undefined: ignored. */
  readonly takes: Text | undefined;
}

/** Thrown to leave the parser, which would continue otherwise. */
class StopParsing extends Error {}

class JUnitReader {
  isOver = false;
  /** An incomplete character reference. */
  private held = '';
  private attributes = 0;
  private isReport: boolean | undefined;
  private faults = 0;
  private readonly open: OpenElement[] = [];
  private readonly suites: Suite[] = [];
  private current: Case | undefined;
  private readonly failed: FailedTest[] = [];
  private readonly quiet: QuietTest[] = [];
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
      // Flush text immediately; the parser would buffer all of it.
      this.parser.write(withoutForbidden(text.slice(0, end))).flush();
      if (holdsTooMuch(this.parser, longestToken)) this.isOver = true;
    } catch (error) {
      if (!(error instanceof StopParsing)) throw error;
    }
  }

  result(isCut: boolean): TestReport | undefined {
    const isWhole = !isCut && this.open.length === 0;
    // Flushes what the parser buffered of truncated text.
    this.close();
    this.leaveCase();
    if (this.isReport !== true) return undefined;
    return { ...this.counts, failed: this.failed, quiet: this.quiet, damaged: !isWhole || this.faults > 0 };
  }

  private enter({ name: qualified, attributes }: Tag | QualifiedTag): void {
    this.attributes = 0;
    const name = localName(qualified);
    this.isReport ??= roots.includes(name);
    if (!this.isReport || this.open.length >= deepest) {
      this.stop();
      return;
    }
    // Without namespaces, all attribute values are strings.
    const takes = this.begin(name, byLocalName(attributes as Attributes));
    this.open.push({ name, takes });
  }

  /** Handles the start of an element; returns what its text belongs to. */
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
        this.beginCase(attributes);
        return undefined;
      case 'skipped':
        if (this.current !== undefined) this.current.skipped = true;
        return undefined;
      case 'system-out':
        return this.current?.output;
      case 'system-err':
        return this.current?.errorOutput;
      case 'failure':
      case 'error':
        // A suite that failed by itself, for example to start, is told as a test of its name.
        if (this.isInSuite()) this.beginCase({ name: this.suites.at(-1)?.name ?? '' });
        return this.fail({ kind: name, attributes, text: '' });
      default:
        return undefined;
    }
  }

  private beginCase(attributes: Attributes): void {
    this.leaveCase();
    this.current = {
      attributes,
      suite: this.suites.at(-1),
      output: { text: '' },
      errorOutput: { text: '' },
      outcome: undefined,
      // GoogleTest reports a disabled test this way.
      skipped: attributes['status'] === 'notrun',
    };
  }

  /** Whether the innermost open element is a suite. */
  private isInSuite(): boolean {
    return this.open.at(-1)?.name.startsWith('testsuite') === true;
  }

  /** Handles a failure element. Only the first one of a test is reported. */
  private fail(outcome: Outcome): Text | undefined {
    if (this.current === undefined || this.current.outcome !== undefined) return undefined;
    this.current.outcome = outcome;
    return outcome;
  }

  private leave(): void {
    const left = this.open.pop();
    if (left?.name === 'testsuite') this.suites.pop();
    if (left?.name === 'testcase' || this.isInSuite()) this.leaveCase();
  }

  private leaveCase(): void {
    const { current } = this;
    this.current = undefined;
    if (current === undefined) return;
    this.counts.tests += 1;
    if (current.outcome !== undefined) {
      this.counts.failures += 1;
      if (this.failed.length < maxFailed) this.failed.push(toFailedTest(current, current.outcome));
      return;
    }
    if (current.skipped) this.counts.skipped += 1;
    if (this.quiet.length < maxQuiet)
      this.quiet.push({ kind: current.skipped ? 'skipped' : 'passed', ...described(current) });
  }

  private take(text: string): void {
    const takes = this.open.at(-1)?.takes;
    if (takes !== undefined && takes.text.length < longestText) takes.text += text;
  }

  /** Ignores a syntax error, so that the parser continues after it. */
  private forgive(): void {
    this.parser.resume();
    this.faults += 1;
    if (this.faults > maxFaults) this.stop();
  }

  private countAttribute(): void {
    this.attributes += 1;
    if (this.attributes > maxAttributes) this.stop();
  }

  /** Stops reading; the parser is never called again. */
  private stop(): never {
    this.isOver = true;
    throw new StopParsing();
  }

  private close(): void {
    if (this.isOver) return;
    try {
      this.parser.write(this.held).close();
    } catch (error) {
      if (!(error instanceof StopParsing)) throw error;
    }
  }
}

function toFailedTest(current: Case, { kind, attributes: how, ...outcome }: Outcome): FailedTest {
  // CTest only says that the test failed.
  const text = withoutControls(firstWithText(outcome.text, current.output.text, current.errorOutput.text)).trim();
  const test = described(current, how);
  const failure = { message: how['message'], type: how['type'] };
  return {
    kind,
    ...test,
    message: messageOf(failure, withoutControls(firstWithText(outcome.text, current.errorOutput.text)), [
      test.suite,
      test.classname,
      test.name,
    ]),
    text: short(text, longestText),
  };
}

function firstWithText(...texts: readonly string[]): string {
  return texts.find((text) => text.trim() !== '') ?? '';
}

/** Fields of a test that any result has. */
function described({ attributes, suite }: Case, how: Attributes = {}): Omit<QuietTest, 'kind'> {
  const line = wholeNumber(attributes['line'] ?? how['line']);
  const seconds = secondsOf(attributes['time'] ?? '');
  return {
    name: plain(attributes['name'], longestName) ?? plain(attributes['id'], longestName) ?? '',
    classname: plain(attributes['classname'] ?? attributes['class'], longestName),
    suite: suite?.name,
    file: plain(attributes['file'] ?? attributes['filepath'] ?? how['file'], longestName) ?? suite?.file,
    // pytest's line numbers start at 0.
    line: line !== undefined && suite?.name === 'pytest' ? line + 1 : line === 0 ? undefined : line,
    seconds: Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined,
  };
}

/** Parses seconds, also with a locale's separators: `1,234.5`, `1.234,5`, `0,25`. */
function secondsOf(time: string): number {
  const text = time.slice(0, 40);
  const point = Math.max(text.lastIndexOf('.'), text.lastIndexOf(','));
  if (point < 0) return Number.parseFloat(text);
  const whole = text.slice(0, point).replaceAll('.', '').replaceAll(',', '');
  return Number.parseFloat(`${whole}.${text.slice(point + 1)}`);
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
