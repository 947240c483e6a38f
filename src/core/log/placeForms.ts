/** Position of a line number after a path, in one of the forms that programs use. */
interface PlaceForm {
  /** Column after the path. */
  readonly pathEnd: number;
  readonly line: number;
  /** Column after the number. */
  readonly after: number;
  readonly bracket: '' | '(' | '[';
  /** Whether the form also fits any word followed by a number. */
  readonly isVague: boolean;
}

/** Separators between path and line number, by their last character; longest first. */
const separators: Readonly<Record<string, readonly string[]>> = {
  ':': ['’:', '”:', ':'],
  '(': [': (', ':(', ' (', '('],
  '[': [': [', ':[', ' [', '['],
  '#': ['#'],
  L: ['#L'],
  ',': ['",', "',", ','],
  ' ': [
    ...['", lines ', '", line ', '" line: ', '": line ', '":line ', '" on line ', '" line ', `", `, `": `],
    ...['’, line ', '”, line '],
    ...["', lines ", "', line ", "' line: ", "': line ", "':line ", "' on line ", "' line ", "', ", "': "],
    ...[
      ', lines ',
      ', line ',
      ':lines ',
      ':line ',
      ': lines ',
      ': line ',
      ' on lines ',
      ' on line ',
      ' at line ',
      ' lines ',
      ' line ',
      ' @ ',
    ],
    ...[', ', ': ', ' '],
  ],
};
const vague = new Set([', ', ': ', ' ', ',', `", `, `', `, `": `, `': `]);

/** Numbers in a text that may be line numbers. */
export function* startsOfPlace(text: string): Generator<PlaceForm> {
  for (const { 0: digits, index } of text.matchAll(/\d+/g)) {
    const after = index + digits.length;
    if (digits.length > 7 || /\w/.test(text.charAt(after))) continue;
    const form = separatorBefore(text, index);
    if (form === undefined) continue;
    const bracket = form.endsWith('(') ? '(' : form.endsWith('[') ? '[' : '';
    const pathEnd = index - form.length;
    if (pathEnd === 0 || (bracket !== '' && !closes(text, after))) continue;
    yield { pathEnd, line: Number(digits), after, bracket, isVague: isVague(form, text, after) };
  }
}

function separatorBefore(text: string, end: number): string | undefined {
  // The shortest separators begin with the quote that ends the path.
  return separators[text.charAt(end - 1)]?.find((one) => text.startsWith(one, end - one.length));
}

/** Matches a bracket that contains only numbers. */
function closes(text: string, after: number): boolean {
  return /^[\d,.:; -]{0,40}[)\]]/.test(text.slice(after, after + 41));
}

/** webpack writes `./src/bad.js 1:0`, dash `run.sh: 3: Syntax error`. */
function isVague(separator: string, text: string, after: number): boolean {
  if (!vague.has(separator)) return false;
  const rest = text.slice(after, after + 12);
  if (separator === ' ') return !/^:\d{1,6}(?:\D|$)/.test(rest);
  return separator !== ': ' || !/^: \S/.test(rest);
}

/** Column number, and the end of the range, including its closing bracket. */
export function endOfPlace(
  text: string,
  { line, after, bracket, isVague: isUnsure }: PlaceForm,
): { readonly line: number; readonly column?: number; readonly end: number } {
  const rest = text.slice(after, after + 60);
  if (bracket !== '') return { line, ...inBrackets(rest, after) };
  const worded = /^(?:-\d{1,7})?,? (?:col(?:umn)?|char(?:acter)?s?)[: ] ?(\d{1,6})(?:-\d{1,6})?/.exec(rest);
  if (worded !== null) return { line, column: Number(worded[1]), end: after + worded[0].length };
  if (isUnsure) return { line, end: after };
  // `:12:3`, `:12.3`, `:12,3`, and the end of a range: `-14:9`, `:14:9`, `-9`, `-L9`.
  const [match = '', column] =
    /^[:.,](\d{1,6})(?:[-:]\d{1,7}(?:[:.,]\d{1,6})?)?/.exec(rest) ?? /^-L?\d{1,7}/.exec(rest) ?? [];
  if (match === '' || /\w/.test(text.charAt(after + match.length))) return { line, end: after };
  return { line, ...(column === undefined ? {} : { column: Number(column) }), end: after + match.length };
}

/** Matches `12,3)`, `12, 3]`, `12,9,10,11)`, and Haskell's `(5,1)-(7,10)`. */
function inBrackets(rest: string, after: number): { readonly column?: number; readonly end: number } {
  const [match = '', column] = /^(?:[,:] ?(\d{1,6}))?[\d,.:; -]{0,40}[)\]]/.exec(rest) ?? [];
  const further = /^-\(\d{1,7},\d{1,6}\)/.exec(rest.slice(match.length))?.[0] ?? '';
  return { ...(column === undefined ? {} : { column: Number(column) }), end: after + match.length + further.length };
}
