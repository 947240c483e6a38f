/**
 * A rule for ESLint: every regular expression is proved to take linear time, by recheck's automaton checker in plain
 * JavaScript. What is proved stands in eslint.patterns.json, since some proofs take seconds: `npm run patterns` proves
 * all of `src/` anew. A pattern that isn't there is proved on the spot.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
export const provedFile = new URL('eslint.patterns.json', import.meta.url);

/** The whole pattern is proved, whatever its size: no falling back to a search for bad inputs, which proves nothing. */
const options = { checker: 'automaton', timeout: 60_000, maxPatternSize: 100_000, maxNFASize: 300_000 };

/** undefined: it is linear; else why it isn't known to be. */
export function whyNotLinear(source, flags) {
  const { checkSync } = require('recheck/lib/browser.js');
  const { status, complexity, error } = checkSync(source, flags, options);
  if (status === 'safe') return undefined;
  return status === 'vulnerable' ? complexity.summary : `${error?.kind ?? 'unknown'} ${error?.message ?? ''}`.trim();
}

const proved = new Set(JSON.parse(readFileSync(provedFile, 'utf8')));

const linear = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      notLinear:
        'This pattern is not proved to be linear ({{why}}). Rewrite it, or cut the text to 1,000 characters in this function and disable the rule with that reason.',
      notLiteral: 'A pattern that is made at run time cannot be proved: write it as a literal.',
    },
  },
  create: (context) => ({
    'Literal[regex]'({ regex: { pattern, flags }, raw, ...node }) {
      const why = proved.has(raw) ? undefined : whyNotLinear(pattern, flags);
      if (why !== undefined) context.report({ loc: node.loc, messageId: 'notLinear', data: { why } });
    },
    ':matches(NewExpression, CallExpression)[callee.name="RegExp"]'(node) {
      context.report({ node, messageId: 'notLiteral' });
    },
  }),
};

export const patterns = { rules: { linear } };
