// Packs the extension into gitlab-builds.vsix, or the file that is named: the same sources give the same bytes. Says
// how large each part is, and fails above a bound. The addresses that links are rewritten to stand in package.json.
import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { listFiles } from '@vscode/vsce';
import { linesOf, sizesOf, tooLarge } from './pack.sizes.mjs';

const [file = 'gitlab-builds.vsix'] = process.argv.slice(2);
const vsce = 'node_modules/@vscode/vsce/vsce';

// What a zip keeps of a file besides its bytes: the time, in the local zone, and the mode, which depends on the umask.
const env = { ...process.env, SOURCE_DATE_EPOCH: '946684800', TZ: 'UTC' };
process.umask(0o022);
for (const packed of await listFiles({ dependencies: false })) chmodSync(packed, 0o644);
execFileSync(process.execPath, [vsce, 'package', '--out', file], { env, stdio: 'inherit' });

const sizes = await sizesOf(file);
console.log(linesOf(sizes).join('\n'));
if (tooLarge(sizes).length > 0) throw new Error(`Too large: ${tooLarge(sizes).join(', ')}.`);
