import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadPackage, verifyIntegrity } from './npm';

describe('downloadPackage', function () {
  this.timeout(60_000);
  let folder = '';
  let spec = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'npm-'));
    spec = join(folder, 'package');
    await mkdir(spec);
    await mkdir(join(folder, 'downloads'));
    await writeFile(join(spec, 'package.json'), JSON.stringify({ name: 'tool', version: '1.0.0' }));
    await writeFile(join(spec, 'index.js'), 'exports.tool = true;\n');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const download = (integrity: string) => downloadPackage(spec, integrity, join(folder, 'downloads'));

  /** npm packs the same files into the same bytes, so the hash of a refused tarball is the one to ask for. */
  const refuse = async () => {
    await assert.rejects(download(integrityOf(Buffer.from('another'))), /tool-1\.0\.0\.tgz is not what was pinned/);
    return join(folder, 'downloads', 'tool-1.0.0.tgz');
  };

  it('rejects a tarball with a hash other than the pinned one, and accepts it with that', async () => {
    const file = await refuse();
    const integrity = integrityOf(await readFile(file));
    await rm(file);
    assert.equal(await download(integrity), file);
  });

  it('rejects a tarball in which a single bit differs', async () => {
    const file = await refuse();
    const bytes = await readFile(file);
    const integrity = integrityOf(bytes);
    bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
    await writeFile(file, bytes);
    await assert.rejects(verifyIntegrity(file, integrity), /is not what was pinned/);
  });

  it("says in a sentence that the registry can't be reached", async () => {
    const registry = `http://127.0.0.1:${await closedPort()}/`;
    await withEnvironment({ npm_config_registry: registry, npm_config_fetch_retries: '0' }, async () => {
      const attempt = downloadPackage('no-such-tool@1.0.0', 'sha512-', join(folder, 'downloads'));
      await assert.rejects(attempt, {
        message: 'The npm registry cannot be reached (ECONNREFUSED), so no-such-tool@1.0.0 cannot be downloaded.',
      });
    });
  });
});

function integrityOf(bytes: Buffer): string {
  return `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function withEnvironment(variables: Record<string, string>, action: () => Promise<void>): Promise<void> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    await action();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}
