// Holds the translations in l10n/ and package.nls.*.json to the English texts of src/ and package.nls.json, and fails
// where they differ. With --write it drops the texts that are gone and adds the new ones, empty, to be translated.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getL10nJson } from '@vscode/l10n-dev';
import { languages, flawsOf, renewed } from './l10n.flaws.mjs';

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();

async function main() {
  const parts = await partsOf(languages);
  if (process.argv.includes('--write')) {
    for (const { file, english, translated } of parts) write(file, renewed(english, translated));
  }
  const flaws = (process.argv.includes('--write') ? await partsOf(languages) : parts).flatMap(flawsOf);
  for (const flaw of flaws) console.error(flaw);
  if (flaws.length > 0) process.exitCode = 1;
  else console.log(`${parts.length} translations are complete.`);
}

/** The texts of the code and of the manifest in each language, with the English ones that they translate. */
async function partsOf(names) {
  const inCode = await textsInCode();
  const inManifest = read('package.nls.json');
  const unchanged = read('l10n/unchanged.json');
  return names.flatMap((language) => [
    partOf(`l10n/bundle.l10n.${language}.json`, inCode, unchanged[language]),
    partOf(`package.nls.${language}.json`, inManifest, unchanged[language]),
  ]);
}

function partOf(file, english, unchanged = []) {
  return { file, english, translated: existsSync(file) ? read(file) : {}, unchanged };
}

/** Each text that the code passes to `l10n.t`, by itself. */
async function textsInCode() {
  const files = readdirSync('src', { recursive: true }).filter((name) => name.endsWith('.ts'));
  const contents = files
    .sort()
    .map((name) => ({ extension: '.ts', contents: readFileSync(join('src', name), 'utf8') }));
  return getL10nJson(contents.filter((file) => file.contents.includes('l10n.t')));
}

function read(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function write(file, texts) {
  writeFileSync(file, `${JSON.stringify(texts, undefined, 2)}\n`);
}
