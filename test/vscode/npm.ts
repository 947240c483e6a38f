import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const timeLimitMs = 10 * 60 * 1000;
const offlineCodes =
  /\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/;

/** Downloads one package as a tarball into `folder`, whose only content it becomes, and checks it against its pin. */
export async function downloadPackage(spec: string, integrity: string, folder: string): Promise<string> {
  await npm(['pack', spec, '--pack-destination', folder], folder, spec);
  const name = (await readdir(folder)).find((file) => file.endsWith('.tgz'));
  if (name === undefined) throw new Error(`npm pack ${spec} reported success but left no tarball.`);
  await verifyIntegrity(join(folder, name), integrity);
  return join(folder, name);
}

/** Installs what the package.json in `folder` names. No scripts: nothing is compiled, and nothing foreign runs. */
export async function installDependencies(folder: string): Promise<void> {
  const quiet = ['--no-audit', '--no-fund', '--no-progress'];
  await npm(['install', '--omit=dev', '--ignore-scripts', ...quiet], folder, `the packages in ${folder}`);
}

/** Throws unless the file has the sha512 that `integrity` (as in package-lock.json) says. */
export async function verifyIntegrity(file: string, integrity: string): Promise<void> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found === integrity) return;
  throw new Error(`${basename(file)} is not what was pinned: its hash is ${found}, not ${integrity}. It is not used.`);
}

async function npm(args: readonly string[], cwd: string, what: string): Promise<void> {
  const [command, first] = npmCommand();
  const shell = process.platform === 'win32' && first.length === 0;
  try {
    await run(command, [...first, ...args, '--loglevel=error'], {
      cwd,
      shell,
      timeout: timeLimitMs,
      windowsHide: true,
    });
  } catch (error) {
    throw new Error(npmFailure(what, error), { cause: error });
  }
}

/** Inside `npm run` npm tells where it lies; running that with our Node needs no PATH and no shell. */
function npmCommand(): [command: string, first: string[]] {
  const cli = process.env['npm_execpath'] ?? '';
  return basename(cli) === 'npm-cli.js' ? [process.execPath, [cli]] : ['npm', []];
}

function npmFailure(what: string, error: unknown): string {
  const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  const code = offlineCodes.exec(output)?.[1];
  if (code !== undefined) return `The npm registry cannot be reached (${code}), so ${what} cannot be downloaded.`;
  return `npm could not download ${what}: ${output.trim() || String(error)}`;
}
