/** A manifest's `when` clause, evaluated: `a == b`, `a != b`, `a =~ /…/`, `a`, `!a`, joined by `&&`. Anything else throws. */
export function evaluate(clause: string, keys: Readonly<Record<string, unknown>>): boolean {
  return clause.split('&&').every((term) => holds(term.trim(), keys));
}

/** The keys that a clause asks for; none for one that is never true. */
export function keysIn(clause: string): readonly string[] {
  return clause === 'false' ? [] : clause.split('&&').map((term) => /[\w.]+/.exec(term)?.[0] ?? '');
}

function holds(term: string, keys: Readonly<Record<string, unknown>>): boolean {
  const [, not, key = '', operator, operand = ''] = /^(!?)([\w.]+)(?: (==|!=|=~) (.+))?$/.exec(term) ?? [];
  if (not === undefined || (not !== '' && operator !== undefined)) throw new Error(`not understood: ${term}`);
  const value = key in keys ? JSON.stringify([keys[key]]).slice(1, -1).replace(/^"|"$/g, '') : '';
  switch (operator) {
    case '==':
      return value === operand;
    case '!=':
      return value !== operand;
    case '=~':
      return toPattern(operand).test(value);
    default:
      return (not === '') === Boolean(keys[key]);
  }
}

/** As VS Code reads it out of the manifest's JSON. */
function toPattern(text: string): RegExp {
  const [, pattern, flags] = /^\/(.*)\/([a-z]*)$/.exec(text) ?? [];
  if (pattern === undefined) throw new Error(`no regular expression: ${text}`);
  return new RegExp(pattern, flags);
}
