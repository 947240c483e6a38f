// Refuses a release whose addresses or version aren't settled: see docs/publishing.md.
import { readFileSync } from 'node:fs';

const required = ['repository.url', 'bugs.url', 'homepage', 'qna', 'vsce.baseContentUrl', 'vsce.baseImagesUrl'];
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const flaws = [...addressFlaws(), ...versionFlaws(readFileSync('CHANGELOG.md', 'utf8'))];
for (const flaw of flaws) console.error(flaw);
if (flaws.length > 0) process.exitCode = 1;
else console.log(`${manifest.publisher}.${manifest.name} ${manifest.version} can be released.`);

function addressFlaws() {
  const texts = new Map(Object.entries(manifest).flatMap(([key, value]) => textsIn(key, value)));
  const missing = required.filter((path) => !URL.canParse(texts.get(path) ?? ''));
  const reserved = [...texts].filter(([, text]) => isReserved(text)).map(([path]) => path);
  return [
    ...missing.map((path) => `package.json: ${path} is no address.`),
    ...reserved.map((path) => `package.json: ${path} is still a reserved address.`),
    ...(manifest.private === true ? ['package.json: the package is private.'] : []),
  ];
}

/** All texts below a key with their paths. Settings and texts on the screen may name example.com. */
function textsIn(path, value) {
  if (path === 'contributes') return [];
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsIn(`${path}.${key}`, inner));
}

/** Whether a text is a web address whose host nobody can own (RFC 2606 and 6761). */
function isReserved(text) {
  if (!URL.canParse(text)) return false;
  const labels = new URL(text).hostname.toLowerCase().replace(/\.$/, '').split('.');
  const top = labels.at(-1);
  if (['example', 'test', 'invalid', 'localhost'].includes(top)) return true;
  return labels.at(-2) === 'example' && ['com', 'net', 'org'].includes(top);
}

function versionFlaws(changelog) {
  const [, newest = 'nothing'] = /^## (\S+)/m.exec(changelog) ?? [];
  if (newest === manifest.version) return [];
  return [`CHANGELOG.md begins with ${newest}, not with version ${manifest.version}.`];
}
