import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../vscode/project';
import { withVersionTable } from './versionTable';

/** Writes into docs/versions.md what each GitLab can do. */
const file = join(projectRoot, 'docs', 'versions.md');
const before = await readFile(file, 'utf8');
const after = withVersionTable(before);
if (after !== before) await writeFile(file, after);
console.log(`${file} ${after === before ? 'was up to date' : 'is up to date now'}.`);
