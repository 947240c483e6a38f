import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rawZip } from '../core/artifacts/rawZip';
import type { FakeBuild } from '../gitlab/model';
import { type Seed, type SeedOptions, seedProject } from '../gitlab/seed';
import type { World } from '../gitlab/world';
import { projectRoot } from '../vscode/project';

export interface ArtifactProject extends Seed {
  readonly site: FakeBuild;
  readonly hostile: FakeBuild;
}

export const siteFiles: Readonly<Record<string, string | Buffer>> = {
  'README.md': '# Bakery\n',
  'public/index.html': '<h1>Bakery</h1>\n',
  'public/css/site.css': 'h1 { color: brown }\n',
  'public/logo.png': readFileSync(join(projectRoot, 'media', 'icon.png')),
};

/** What is in the archive of odd names, from plain to hostile. */
export const oddNames: readonly string[] = [
  'plain.txt',
  'ünïcödé 🦊 50% #1?.txt',
  `${'a name that goes on and on '.repeat(8)}.txt`,
  '$(flame) <b>&amp; [link](command:x).md',
  'deep/er/and/deeper/still/down/here.txt',
  '../evil.sh',
  '/etc/passwd',
  'C:\\Windows\\system.ini',
  'two\nlines.txt',
  'twice.txt',
  'twice.txt',
];

/** Builds with artifacts of any size, age and name; the user may delete them. */
export function artifactProject(world: World, options: SeedOptions): ArtifactProject {
  const seed = seedProject(world, options);
  const { project, sha, ref, username } = seed;
  world.setRole(project, username, 'master');
  const now = world.now();
  const one = { sha, ref, stage: 'build', status: 'success', createdAt: now - 600_000, finishedAt: now - 300_000 };
  const add = (name: string, artifacts: Parameters<World['addBuild']>[1]['artifacts'], expireAt?: number) =>
    world.addBuild(project, {
      ...one,
      name,
      artifacts,
      ...(expireAt !== undefined && { artifactsExpireAt: expireAt }),
    });
  const numbered = (folder: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${folder}/part ${index + 1}.txt`, 'text']));
  const site = add('site', { filename: 'site.zip', files: siteFiles }, now + 12 * 86_400_000);
  const evil = rawZip([
    { name: 'good.txt', content: 'good' },
    { name: '../../evil.sh', content: 'evil' },
  ]);
  const hostile = add('hostile', { filename: 'artifacts.zip', content: evil });
  add('single', { filename: 'artifacts.zip', files: { 'app.bin': Buffer.alloc(1000) } });
  add('expired', { filename: 'artifacts.zip', files: { 'old.txt': 'old' } }, now - 60_000);
  add('forty', { filename: 'artifacts.zip', files: numbered('parts', 40) }, now + 20 * 60_000);
  add('thousands', { filename: 'artifacts.zip', files: numbered('many', 3000) });
  const odd = rawZip(oddNames.map((name) => ({ name, content: name })));
  add('odd names', { filename: 'artifacts.zip', content: odd });
  add('empty', { filename: 'artifacts.zip', content: rawZip([]) });
  return { ...seed, site, hostile };
}

/** Paths of the files below a folder, hidden ones too, in order. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).sort();
}

/** The process that runs the extensions of the VS Code that keeps its data there. */
export async function extensionHostOf(dataDir: string): Promise<number> {
  for (const pid of (await readdir('/proc')).map(Number).filter(Number.isInteger)) {
    const [command, environment] = await Promise.all(
      ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '')),
    );
    const isOfThat = environment?.includes(`TMPDIR=${join(dataDir, '..')}\0`) === true;
    if (isOfThat && command?.includes('--type=extensionHost') === true) return pid;
  }
  throw new Error(`No extension host keeps its data in ${dataDir}.`);
}
