import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../vscode/project';

/** What stays from one demo to the next. */
export interface KeptProfile {
  readonly dataDir: string;
  readonly port: number;
  /** 32 bytes. */
  readonly key: Buffer;
}

/** With these, settings and sign-ins in one's own repositories are still there the next time. */
export async function keptProfile(): Promise<KeptProfile> {
  const folder = join(cacheFolder, 'demo');
  const file = join(folder, 'address.json');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const known = await readFile(file, 'utf8').then(parse, () => undefined);
  const { port, key } = known ?? { port: freshPort(), key: randomBytes(32) };
  if (known === undefined)
    await writeFile(file, JSON.stringify({ port, key: key.toString('base64') }), { mode: 0o600 });
  return { dataDir: join(folder, 'data'), port, key };
}

function parse(text: string): { readonly port: number; readonly key: Buffer } | undefined {
  const { port, key } = JSON.parse(text) as { readonly port?: unknown; readonly key?: unknown };
  if (typeof port !== 'number' || typeof key !== 'string') return undefined;
  const bytes = Buffer.from(key, 'base64');
  return bytes.length === 32 ? { port, key: bytes } : undefined;
}

/** Below those that systems give out by themselves, so that it is likely to be free the next time too. */
function freshPort(): number {
  return 20_000 + (randomBytes(2).readUInt16BE() % 10_000);
}
