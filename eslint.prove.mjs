/** Proves every regular expression of `src/` and writes those that are linear to eslint.patterns.json. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import ts from 'typescript';
import { provedFile, whyNotLinear } from './eslint.patterns.mjs';

const src = new URL('src/', import.meta.url);
const files = readdirSync(src, { recursive: true }).filter((file) => file.endsWith('.ts'));
const patterns = new Set(files.flatMap((file) => patternsIn(file)));
const proved = [];
for (const raw of [...patterns].sort()) {
  const end = raw.lastIndexOf('/');
  const why = whyNotLinear(raw.slice(1, end), raw.slice(end + 1));
  if (why === undefined) proved.push(raw);
  else console.log(`${raw}: ${why}`);
}
writeFileSync(provedFile, `${JSON.stringify(proved, undefined, 2)}\n`);
console.log(`${proved.length} of ${patterns.size} patterns are linear`);

function patternsIn(file) {
  const source = ts.createSourceFile(file, readFileSync(new URL(file, src), 'utf8'), ts.ScriptTarget.Latest);
  const found = [];
  const visit = (node) => {
    if (ts.isRegularExpressionLiteral(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
