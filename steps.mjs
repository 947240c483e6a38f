/**
 * Makes a bundle count its steps: each call of a function and each round of a loop, of our own code and of what it
 * reads outside text with, adds one to `globalThis.$steps.count`. So tests hold work to bounds without a clock.
 */
import { readFile } from 'node:fs/promises';
import ts from 'typescript';

const counted = /[\\/](?:src[\\/].*\.ts|node_modules[\\/](?:sax|yaml|yauzl)[\\/].*\.js)$/;
const step = '$steps.count++;';

/** Has to come before all modules of the bundle. */
export const stepsBanner = `import { createRequire as $createRequire } from 'node:module';
const require = $createRequire(import.meta.url);
globalThis.$steps ??= { count: 0 };`;

export const countSteps = {
  name: 'count-steps',
  setup: ({ onLoad }) => {
    onLoad({ filter: counted }, async ({ path }) => ({
      contents: withSteps(path, await readFile(path, 'utf8')),
      loader: path.endsWith('.ts') ? 'ts' : 'js',
    }));
  },
};

/** The text, with a step at the beginning of each body. Lines stay where they are. */
function withSteps(path, text) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const added = [];
  const add = (at, what) => added.push({ at, what });
  const addTo = (body) => {
    if (ts.isBlock(body)) return add(body.getStart() + 1, step);
    const isStatement = ts.isStatement(body);
    add(body.getStart(), isStatement ? `{${step}` : '($steps.count++,');
    add(body.end, isStatement ? '}' : ')');
  };
  const visit = (node) => {
    if (ts.isIterationStatement(node, false)) addTo(node.statement);
    else if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) addTo(node.body);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return inserted(text, added);
}

function inserted(text, added) {
  // Of two at one place, the outer one was found first, and ends last.
  const ordered = added.map((one, order) => ({ ...one, order }));
  const isEnd = ({ what }) => what === '}' || what === ')';
  ordered.sort(
    (a, b) => a.at - b.at || Number(isEnd(b)) - Number(isEnd(a)) || (isEnd(a) ? b.order - a.order : a.order - b.order),
  );
  let [result, from] = ['', 0];
  for (const { at, what } of ordered) {
    result += text.slice(from, at) + what;
    from = at;
  }
  return result + text.slice(from);
}
