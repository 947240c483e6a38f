import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createBrotliDecompress } from 'node:zlib';
import { cacheFolder } from './project';
import { wholeFolder } from './wholeFolder';

const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
const packageFolder = dirname(dirname(dirname(entry)));

/**
 * The Chromium that @sparticuz/chromium ships compressed, with the libraries and a font that a bare Linux lacks.
 * Its own executablePath() unpacks into the shared temporary folder and leaves the libraries out; we need neither.
 */
export async function packagedChromium(): Promise<{ path: string; env: Record<string, string> }> {
  const folder = await unpacked();
  return {
    path: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') },
  };
}

async function unpacked(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const target = join(cacheFolder, `chromium-${version}`);
  return wholeFolder(target, async (folder) => {
    process.stderr.write('Unpacking Chromium …\n');
    await Promise.all([
      decompress('chromium.br', join(folder, 'chromium')),
      unpackTar('al2023.tar', folder),
      unpackTar('fonts.tar', folder),
    ]);
    await chmod(join(folder, 'chromium'), 0o755);
    await writeFile(join(folder, 'fonts.conf'), fontConfiguration(target));
  });
}

function decompress(name: string, file: string): Promise<void> {
  const source = createReadStream(join(packageFolder, 'bin', name));
  return pipeline(source, createBrotliDecompress({ chunkSize: 1 << 20 }), createWriteStream(file));
}

async function unpackTar(name: string, folder: string): Promise<void> {
  const file = join(folder, name);
  await decompress(`${name}.br`, file);
  await promisify(execFile)('tar', ['-xf', file, '-C', folder]);
  await rm(file);
}

/** The fonts of the machine where it has some, and Open Sans from the package in any case. */
function fontConfiguration(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${join(folder, 'fonts')}</dir>
  <cachedir>${join(folder, 'cache')}</cachedir>
</fontconfig>
`;
}
