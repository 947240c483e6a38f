import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import manifest from '../../package.json';
import { readChunks } from '../bench/bundle';
import { type Package, packageExtension } from '../demo/packaging';
import { projectRoot } from './project';
import { type TemporaryFolder, temporaryFolder } from './temporaryFolder';

const run = promisify(execFile);

/** Imports a program of the project's root, which has no types. */
async function ofRoot(name: string): Promise<unknown> {
  return await import(pathToFileURL(join(projectRoot, name)).href);
}

function foldersInTests(): () => TemporaryFolder {
  let folder: TemporaryFolder | undefined;
  beforeEach(() => {
    folder = temporaryFolder('release-');
  });
  afterEach(() => folder?.remove());
  return () => {
    assert.ok(folder);
    return folder;
  };
}

describe('npm run release:check', () => {
  const folder = foldersInTests();
  const settled = JSON.parse(
    JSON.stringify(manifest).replaceAll('https://example.com/', 'https://forge.acme.dev/'),
  ) as typeof manifest;

  /** What the check says of a manifest: undefined if it lets the release pass. */
  async function refusalOf(changed: object, changelog = `# Changelog\n\n## ${manifest.version}\n`) {
    const { path } = folder();
    writeFileSync(join(path, 'package.json'), JSON.stringify(changed));
    writeFileSync(join(path, 'CHANGELOG.md'), changelog);
    try {
      await run(process.execPath, [join(projectRoot, 'release.mjs')], { cwd: path });
      return undefined;
    } catch (error) {
      return (error as { readonly stderr: string }).stderr.trimEnd().split('\n');
    }
  }

  it('rejects the repository as it is, and names each reserved address', async () => {
    const paths = ['repository.url', 'bugs.url', 'homepage', 'qna', 'vsce.baseContentUrl', 'vsce.baseImagesUrl'];
    assert.deepEqual(
      await refusalOf(manifest),
      paths.map((path) => `package.json: ${path} is still a reserved address.`),
    );
  });

  it('accepts a release without reserved addresses', async () => {
    assert.equal(await refusalOf(settled), undefined);
  });

  for (const address of [
    'https://EXAMPLE.org',
    'https://gitlab.example.net/a',
    'https://a.example/',
    'http://localhost',
  ])
    it(`rejects one remaining address: ${address}`, async () => {
      assert.deepEqual(await refusalOf({ ...settled, qna: address }), [
        'package.json: qna is still a reserved address.',
      ]);
    });

  it('rejects a missing address, and a private package', async () => {
    const refusal = await refusalOf({ ...settled, homepage: undefined, private: true });
    assert.deepEqual(refusal, ['package.json: homepage is no address.', 'package.json: the package is private.']);
  });

  it('rejects a version that the changelog does not start with', async () => {
    assert.deepEqual(await refusalOf(settled, '# Changelog\n\n## Unreleased\n\n* New.\n'), [
      `CHANGELOG.md begins with Unreleased, not with version ${manifest.version}.`,
    ]);
  });
});

describe('The manifest', () => {
  const categories = new Set<string>(manifest.categories);
  const keywords = new Set<string>(manifest.keywords);

  it('names categories that the Marketplace has, and not the one for source control', () => {
    for (const category of categories) assert.ok(['Testing', 'Other'].includes(category), category);
  });

  it('has keywords that people search for, no more than the Marketplace accepts', () => {
    for (const word of ['job', 'pipeline', 'CI/CD']) assert.ok(keywords.has(word), word);
    assert.ok(manifest.keywords.length <= 30);
  });

  it('has a version with three numbers, a license and a banner, and is not private', () => {
    assert.match(manifest.version, /^\d+\.\d+\.\d+$/);
    assert.equal(manifest.license, 'MIT');
    assert.match(manifest.galleryBanner.color, /^#[0-9a-f]{6}$/);
    assert.ok(!('private' in manifest));
  });

  it('has an icon of at least 128 pixels as PNG, and a README whose pictures are neither SVG nor above 1.5 MB', () => {
    const icon = readFileSync(join(projectRoot, manifest.icon));
    assert.equal(icon.toString('latin1', 1, 4), 'PNG');
    assert.ok(icon.readUInt32BE(16) >= 128 && icon.readUInt32BE(20) >= 128);
    const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
    const pictures = [...readme.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, path = '']) => path);
    assert.ok(pictures.some((path) => path.endsWith('.gif')));
    for (const path of pictures) {
      assert.match(path, /\.(gif|png|webp)$/);
      assert.ok(statSync(join(projectRoot, path)).size <= 1_500_000, path);
    }
  });

  it('has issue templates that ask for the diagnostics, and for no secret', () => {
    const bug = readFileSync(join(projectRoot, '.gitlab', 'issue_templates', 'Bug.md'), 'utf8');
    assert.match(bug, /Copy Diagnostics/);
    assert.match(bug, /Leave out tokens/);
  });
});

describe('THIRD_PARTY_NOTICES', () => {
  const folder = foldersInTests();
  const text = 'Permission is hereby granted, free of charge, to any person. '.repeat(10).trim();

  function write(name: string, content: string) {
    const file = join(folder().path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  function writePackage(path: string, name: string) {
    write(`${path}/package.json`, JSON.stringify({ name, version: '1.2.3', license: 'MIT', author: 'Ada' }));
  }

  async function notices(...files: readonly string[]): Promise<string> {
    const module = (await ofRoot('notices.mjs')) as { noticesOf: (files: readonly string[], root: string) => string };
    return module.noticesOf(files, folder().path);
  }

  it("contains each package's license once, scoped and nested packages included, and not our own", async () => {
    const [plain, scoped, inner] = ['node_modules/a', 'node_modules/@s/b', 'node_modules/a/node_modules/c'];
    for (const path of [plain, scoped, inner]) {
      writePackage(path, path.slice('node_modules/'.length));
      write(`${path}/LICENSE.md`, `Copyright of ${path}\n\n${text}\n`);
    }
    const made = await notices('src/a.ts', `${plain}/x.js`, `${plain}/y.js`, `${scoped}/lib/x.js`, `${inner}/x.js`);
    assert.deepEqual(made.match(/^.* 1\.2\.3 .*$|^Copyright .*$/gm), [
      '@s/b 1.2.3 (MIT), by Ada',
      'Copyright of node_modules/@s/b',
      'a 1.2.3 (MIT), by Ada',
      'Copyright of node_modules/a',
      'a/node_modules/c 1.2.3 (MIT), by Ada',
      'Copyright of node_modules/a/node_modules/c',
    ]);
  });

  it("uses the license from a package's README if it is only there", async () => {
    writePackage('node_modules/a', 'a');
    write(
      'node_modules/a/README.md',
      `# a\n\nLicense\n-------\n\nCopyright Ada &lt;a@b.c&gt;\n${text}\n\n## More\n\nno\n`,
    );
    const made = await notices('node_modules/a/x.js');
    assert.ok(made.endsWith(`Copyright Ada <a@b.c>\n${text}\n`), made);
  });

  for (const [how, name, content] of [
    ['has no license', 'README.md', '# a\n'],
    ['only names its license', 'README.md', '# a\n\n## License\n\nMIT\n'],
    ['has an empty license', 'LICENSE', '\n'],
  ] as const)
    it(`rejects a package that ${how}`, async () => {
      writePackage('node_modules/a', 'a');
      write(`node_modules/a/${name}`, content);
      await assert.rejects(notices('node_modules/a/x.js'), { message: /^a 1\.2\.3 has no license text/ });
    });
});

describe('The package', function () {
  this.timeout(240_000);
  const zone = process.env['TZ'];
  const packages: Package[] = [];

  before('packs it twice', async () => {
    const umask = process.umask(0o077);
    packages.push(await packageExtension());
    process.umask(umask);
    process.env['TZ'] = 'Pacific/Auckland';
    packages.push(await packageExtension());
  });
  after(async () => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
    await Promise.all(packages.map(({ remove }) => remove()));
  });

  it('has the same bytes whenever and wherever it is packed', () => {
    const hashes = packages.map(({ file }) => createHash('sha256').update(readFileSync(file)).digest('hex'));
    assert.equal(hashes.length, 2);
    assert.equal(hashes[0], hashes[1]);
  });

  it("contains the licenses, and a README that links to the manifest's addresses", async () => {
    const file = packages[0]?.file ?? '';
    const [notices = '', readme = ''] = await texts(file, ['extension/THIRD_PARTY_NOTICES', 'extension/readme.md']);
    for (const name of packagesInBundle()) assert.match(notices, new RegExp(`^${name} \\d`, 'm'));
    assert.ok(readme.includes(`](${manifest.vsce.baseImagesUrl}/media/readme.gif)`));
    assert.ok(readme.includes(`](${manifest.vsce.baseContentUrl}/docs/tokens.md)`));
  });

  it('loads little when it is activated, and the rest a turn later', async () => {
    const loaded = (await readChunks()).filter(({ atActivation }) => atActivation);
    assert.ok(sum(loaded.map(({ bytes }) => bytes)) <= 10_000, JSON.stringify(loaded));
  });

  it('has a separate file for agent tools, which is loaded at their first call', async () => {
    const file = (await readChunks()).find(({ of }) => of === 'src/ui/agents/agentTools.ts');
    assert.deepEqual([file?.atActivation, (file?.bytes ?? 0) > 10_000], [false, true]);
  });

  it('is rejected if a part is too large', async () => {
    const { tooLarge } = (await ofRoot('pack.sizes.mjs')) as { tooLarge: (sizes: object) => readonly string[] };
    assert.deepEqual(tooLarge({ code: 261_000, whole: 570_000 }), []);
    assert.deepEqual(tooLarge({ code: 261_001, whole: 570_001 }), ['code', 'whole']);
  });
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function packagesInBundle(): readonly string[] {
  const { inputs } = JSON.parse(readFileSync(join(projectRoot, 'dist', 'meta.json'), 'utf8')) as { inputs: object };
  const names = Object.keys(inputs).map((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]);
  return [...new Set(names)].filter((name) => name !== undefined);
}

/** The texts of some entries of a zip, in their order. */
async function texts(file: string, names: readonly string[]): Promise<readonly string[]> {
  const zip = await yauzl.openPromise(file);
  const found = new Map<string, string>();
  for await (const entry of zip.eachEntry()) {
    if (!names.includes(entry.fileName)) continue;
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    found.set(entry.fileName, Buffer.concat(chunks).toString('utf8'));
  }
  return names.map((name) => found.get(name) ?? assert.fail(`${name} is not packed`));
}
