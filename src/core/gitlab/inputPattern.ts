/**
 * Checks of strings against the `regex` of an input, which GitLab runs with RE2. Only what RE2 and JavaScript read the
 * same way is understood, and matched in bounded time; GitLab itself has to judge the rest.
 */

type Matches = (char: string) => boolean;

type Node =
  | { readonly kind: 'char'; readonly matches: Matches }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'sequence'; readonly nodes: readonly Node[] }
  | { readonly kind: 'choice'; readonly nodes: readonly Node[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly min: number; readonly max: number };

/** A pattern that has to be left to GitLab. */
class NotUnderstood extends Error {}

/** Limit of steps per check; a usual pattern takes a few hundred. */
const maxSteps = 50_000;
const longestPattern = 500;
const maxRepetitions = 1000;

/** Whether GitLab accepts a text; undefined if only GitLab can tell. */
export function matchesPattern(pattern: string, text: string): boolean | undefined {
  // Releases of GitLab differ in whether an empty value is checked.
  if (text === '' || pattern.length > longestPattern) return undefined;
  try {
    const node = new Parser(Array.from(pattern)).parse();
    const chars = Array.from(text);
    const everywhere = new Set([...chars.keys(), chars.length]);
    return new Matcher(chars).ends(node, everywhere).size > 0;
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

class Matcher {
  private steps = 0;

  constructor(private readonly chars: readonly string[]) {}

  /** Positions where a match can end that begins at one of the given positions. */
  ends(node: Node, starts: ReadonlySet<number>): ReadonlySet<number> {
    this.steps += starts.size + 1;
    if (this.steps > maxSteps) throw new NotUnderstood();
    switch (node.kind) {
      case 'char':
        return new Set([...starts].filter((at) => this.isAt(at, node.matches)).map((at) => at + 1));
      case 'start':
        return new Set([...starts].filter((at) => at === 0));
      case 'end':
        return new Set([...starts].filter((at) => at === this.chars.length));
      case 'sequence':
        return node.nodes.reduce((from, one) => this.ends(one, from), starts);
      case 'choice':
        return new Set(node.nodes.flatMap((one) => [...this.ends(one, starts)]));
      case 'repeat':
        return this.repeated(node, starts);
      default:
        return node satisfies never;
    }
  }

  private isAt(at: number, matches: Matches): boolean {
    const char = this.chars[at];
    return char !== undefined && matches(char);
  }

  private repeated(
    { node, min, max }: Extract<Node, { readonly kind: 'repeat' }>,
    starts: ReadonlySet<number>,
  ): ReadonlySet<number> {
    let last = starts;
    for (let count = 0; count < min && last.size > 0; count++) last = this.ends(node, last);
    const all = new Set(last);
    for (let count = min; count < max && last.size > 0; count++) {
      last = new Set([...this.ends(node, last)].filter((at) => !all.has(at)));
      for (const at of last) all.add(at);
    }
    return all;
  }
}

class Parser {
  private at = 0;

  constructor(private readonly chars: readonly string[]) {}

  parse(): Node {
    const node = this.choice();
    if (this.at < this.chars.length) throw new NotUnderstood();
    return node;
  }

  private choice(): Node {
    const nodes = [this.sequence()];
    while (this.takes('|')) nodes.push(this.sequence());
    return { kind: 'choice', nodes };
  }

  private sequence(): Node {
    const nodes: Node[] = [];
    while (this.at < this.chars.length && !['|', ')'].includes(this.peek())) nodes.push(this.repetition());
    return { kind: 'sequence', nodes };
  }

  private repetition(): Node {
    const node = this.atom();
    const range = this.range();
    if (range === undefined) return node;
    if (node.kind === 'start' || node.kind === 'end') throw new NotUnderstood();
    // Lazy or greedy is the same for whether there is a match.
    this.takes('?');
    if (['*', '+', '?', '{'].includes(this.peek())) throw new NotUnderstood();
    return { kind: 'repeat', node, ...range };
  }

  private range(): { readonly min: number; readonly max: number } | undefined {
    if (this.takes('*')) return { min: 0, max: Infinity };
    if (this.takes('+')) return { min: 1, max: Infinity };
    if (this.takes('?')) return { min: 0, max: 1 };
    if (!this.takes('{')) return undefined;
    const min = this.count();
    if (!this.takes(',')) return this.closed({ min, max: min });
    return this.closed({ min, max: this.peek() === '}' ? Infinity : this.count() });
  }

  private closed(range: { readonly min: number; readonly max: number }) {
    if (!this.takes('}') || range.max < range.min) throw new NotUnderstood();
    return range;
  }

  private count(): number {
    let digits = '';
    while (isDigit(this.peek())) digits += this.next();
    if (digits === '' || Number(digits) > maxRepetitions) throw new NotUnderstood();
    return Number(digits);
  }

  private atom(): Node {
    const char = this.next();
    switch (char) {
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '.':
        return { kind: 'char', matches: (one) => one !== '\n' };
      case '[':
        return { kind: 'char', matches: this.set() };
      case '(':
        return this.group();
      case '\\':
        return { kind: 'char', matches: this.escape() };
      default:
        if ('*+?{}])'.includes(char)) throw new NotUnderstood();
        return { kind: 'char', matches: (one) => one === char };
    }
  }

  private group(): Node {
    if (this.takes('?') && !this.takes(':')) throw new NotUnderstood();
    const node = this.choice();
    if (!this.takes(')')) throw new NotUnderstood();
    return node;
  }

  private set(): Matches {
    const isNegated = this.takes('^');
    const parts: Matches[] = [];
    while (!this.takes(']')) parts.push(this.member());
    if (parts.length === 0) throw new NotUnderstood();
    return (one) => parts.some((matches) => matches(one)) !== isNegated;
  }

  private member(): Matches {
    const first = this.next();
    if (first === '[') throw new NotUnderstood();
    if (first === '\\') return this.escape();
    if (this.peek() !== '-' || this.chars[this.at + 1] === ']') return (one) => one === first;
    this.next();
    const last = this.next();
    if (last === '\\' || last === '[' || last < first) throw new NotUnderstood();
    return (one) => one.length === first.length && one >= first && one <= last;
  }

  private escape(): Matches {
    const char = this.next();
    const set = sets[char];
    if (set !== undefined) return set;
    if (isWord(char) || char > '~') throw new NotUnderstood();
    return (one) => one === char;
  }

  private peek(): string {
    return this.chars[this.at] ?? '';
  }

  private takes(char: string): boolean {
    const isNext = this.peek() === char;
    if (isNext) this.at += 1;
    return isNext;
  }

  private next(): string {
    const char = this.chars[this.at];
    if (char === undefined) throw new NotUnderstood();
    this.at += 1;
    return char;
  }
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9' && char.length === 1;
}

function isWord(char: string): boolean {
  return isDigit(char) || char === '_' || (char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z');
}

function isSpace(char: string): boolean {
  return '\t\n\f\r '.includes(char);
}

const sets: Readonly<Record<string, Matches | undefined>> = {
  d: isDigit,
  D: (char) => !isDigit(char),
  w: isWord,
  W: (char) => !isWord(char),
  s: isSpace,
  S: (char) => !isSpace(char),
  t: (char) => char === '\t',
  n: (char) => char === '\n',
  r: (char) => char === '\r',
  f: (char) => char === '\f',
};
