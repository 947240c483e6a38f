/** A color as `#rrggbb`. */
export type Hex = `#${string}`;

/** Minimum contrast ratio for text in WCAG (AA). */
export const leastContrast = 4.5;

const black = '#000000';
const white = '#ffffff';
/** Number of steps to try between a color and black or white. */
const steps = 64;

/** WCAG contrast ratio of two colors, from 1 to 21. */
export function contrastRatio(one: Hex, other: Hex): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

/** The color itself if it is readable on the background, else the nearest readable one toward black or white. */
export function readableOn(color: Hex, background: Hex): Hex {
  if (contrastRatio(color, background) >= leastContrast) return color;
  const end = textOn(background);
  let [from, to] = [0, steps];
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if (contrastRatio(mixed(color, end, middle / steps), background) >= leastContrast) to = middle;
    else from = middle;
  }
  return mixed(color, end, to / steps);
}

/** Black or white, whichever is more readable on the background. */
export function textOn(background: Hex): Hex {
  return contrastRatio(white, background) >= contrastRatio(black, background) ? white : black;
}

/** WCAG relative luminance, from 0 to 1. */
function luminance(color: Hex): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mixed(color: Hex, end: Hex, part: number): Hex {
  const to = channels(end);
  const mix = channels(color).map((from, at) => Math.round(from + ((to[at] ?? 0) - from) * part));
  return `#${mix.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

function channels(color: Hex): readonly number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}
