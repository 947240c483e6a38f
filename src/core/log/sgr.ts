import type { Color, Style } from './log';

/** Encoding of colors in 25 bits: 0 none, 1 to 16 terminal colors of the theme, otherwise this bit and RGB. */
const rgb = 1 << 24;
const flagNames = ['bold', 'faint', 'italic', 'underline', 'inverse', 'conceal', 'strike'] as const;
const flags = Object.fromEntries(flagNames.map((name, at) => [name, 1 << at])) as Record<Flag, number>;
type Flag = (typeof flagNames)[number];

/** Current text style as two 32-bit numbers; both are 0 for plain text. */
export class Pen {
  /** Text color in the lower 25 bits, flags above. */
  foreground = 0;
  /** Background color. */
  background = 0;
  private readonly effects = new Map<string, Effect>();

  /** Applies `ESC [ parameters m`. */
  sgr(parameters: string): void {
    const { ink, inkKept, paper, paperKept } = this.effects.get(parameters) ?? this.learn(parameters);
    this.foreground = (this.foreground & inkKept) | ink;
    this.background = (this.background & paperKept) | paper;
  }

  /**
   * Determines for each bit whether the parameters set, clear or keep it, by applying them to all zeros and all ones.
   */
  private learn(parameters: string): Effect {
    const [zeros, ones] = [new Brush(0), new Brush(-1)];
    if (!/[^\d;:]/.test(parameters)) for (const brush of [zeros, ones]) brush.all(parameters.split(';'));
    const effect = {
      ink: zeros.foreground,
      inkKept: ones.foreground,
      paper: zeros.background,
      paperKept: ones.background,
    };
    if (this.effects.size === maxEffects) this.effects.clear();
    this.effects.set(parameters, effect);
    return effect;
  }
}

/** Effect of parameters on a pen. */
interface Effect {
  readonly ink: number;
  readonly inkKept: number;
  readonly paper: number;
  readonly paperKept: number;
}

/** Size limit of the cache of effects. A typical log has few; a malicious one must not exhaust memory. */
const maxEffects = 512;

class Brush {
  foreground: number;
  background: number;

  constructor(bits: 0 | -1) {
    this.foreground = this.background = bits;
  }

  /** Applies codes in order; an empty one counts as 0. */
  all(codes: readonly string[]): void {
    for (let at = 0; at < codes.length; at += 1) {
      const [code = '', ...more] = (codes[at] ?? '').split(':');
      const number = Number(code);
      if (number !== 38 && number !== 48 && number !== 58) this.one(number, more);
      else if (more.length > 0) this.color(number, colorOf(more[0], more.length > 4 ? more.slice(2) : more.slice(1)));
      else {
        const kind = codes[at + 1];
        this.color(number, colorOf(kind, codes.slice(at + 2, at + 5)));
        at += kind === '2' ? 4 : kind === '5' ? 2 : 1;
      }
    }
  }

  private one(code: number, more: readonly string[]): void {
    const on = flagOn[code];
    const off = flagsOff[code];
    if (code === 0) this.foreground = this.background = 0;
    else if (on !== undefined && more[0] !== '0') this.foreground |= on << 25;
    else if (on !== undefined) this.foreground &= ~(on << 25);
    else if (off !== undefined) this.foreground &= ~(off << 25);
    else if (code >= 30 && code <= 37) this.color(38, code - 29);
    else if (code >= 90 && code <= 97) this.color(38, code - 81);
    else if (code >= 40 && code <= 47) this.color(48, code - 39);
    else if (code >= 100 && code <= 107) this.color(48, code - 91);
    else if (code === 39) this.color(38, 0);
    else if (code === 49) this.color(48, 0);
  }

  /** Sets a color. 58, the underline color, is parsed and ignored. */
  private color(code: number, color: number | undefined): void {
    if (color === undefined) return;
    if (code === 38) this.foreground = (this.foreground & ~inkColor) | color;
    else if (code === 48) this.background = color;
  }
}

const inkColor = (1 << 25) - 1;

const flagOn: Readonly<Record<number, number>> = {
  1: flags.bold,
  2: flags.faint,
  3: flags.italic,
  4: flags.underline,
  7: flags.inverse,
  8: flags.conceal,
  9: flags.strike,
  21: flags.underline,
};
const flagsOff: Readonly<Record<number, number>> = {
  22: flags.bold | flags.faint,
  23: flags.italic,
  24: flags.underline,
  27: flags.inverse,
  28: flags.conceal,
  29: flags.strike,
};

function colorOf(kind: string | undefined, values: readonly string[]): number | undefined {
  const [red = 0, green = 0, blue = 0] = values.map(Number);
  if (kind === '5') return values.length > 0 && red < 256 ? indexed(red) : undefined;
  if (kind !== '2' || values.length < 3 || Math.max(red, green, blue) > 255) return undefined;
  return rgb | (red << 16) | (green << 8) | blue;
}

/** Color in xterm's palette: 16 colors of the theme, a 6 × 6 × 6 cube, 24 shades of gray. */
function indexed(index: number): number {
  if (index < 16) return index + 1;
  if (index >= 232) return rgb | ((8 + 10 * (index - 232)) * 0x010101);
  const level = (step: number): number => (step === 0 ? 0 : 55 + 40 * step);
  const at = index - 16;
  return rgb | (level(Math.floor(at / 36)) << 16) | (level(Math.floor(at / 6) % 6) << 8) | level(at % 6);
}

/** Converts the two numbers of a pen to a style. */
export function styleOf(ink: number, paper: number): Style {
  const color = toColor(ink & inkColor);
  const background = toColor(paper);
  return {
    ...(color === undefined ? {} : { color }),
    ...(background === undefined ? {} : { background }),
    ...Object.fromEntries(flagNames.filter((_, at) => (ink >>> (25 + at)) & 1).map((name) => [name, true])),
  };
}

function toColor(color: number): Color | undefined {
  if (color === 0) return undefined;
  return color < rgb ? color - 1 : `#${(color - rgb).toString(16).padStart(6, '0')}`;
}
