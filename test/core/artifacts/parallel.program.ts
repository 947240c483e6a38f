import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { stdin } from 'node:process';
import { ArtifactsCache } from '../../../src/core/artifacts/artifactCache';
import { extract } from '../../../src/core/artifacts/extract/extract';
import { makeBuildFolder } from '../../../src/core/artifacts/download/buildFolder';
import { defaultLimits } from '../../../src/core/artifacts/extract/extractLimits';
import { saveArtifacts } from '../../../src/core/artifacts/download/save';
import { GitLabError } from '../../../src/core/model/errors';
import { systemClock } from '../../../src/core/util/timer';
import { buildWith, unhurried } from '../support';
import { zipped } from './archives';
import { serving, piecewise } from './opening';

/**
 * A window of its own that does the same work many times at once, as other windows do at the same time. Its argument:
 * which work, where and how often. It begins when its input ends, and fails where any of the work fails.
 */
const [, , argument = ''] = process.argv;
const { work, root, count } = JSON.parse(argument) as {
  readonly work: 'save' | 'fail' | 'extract' | 'cache';
  readonly root: string;
  readonly count: number;
};
const content = Buffer.alloc(700_000, 'the same everywhere');
const artifacts = { filename: 'x.zip', size: content.length };
const build = buildWith({ id: 7, name: 'rspec', artifacts });

async function save(fails: boolean): Promise<void> {
  const refusal = new GitLabError({ kind: 'notFound', host: 'gitlab.example' });
  await saveArtifacts({
    root,
    directory: '.gitlab-builds',
    origin: { instance: 'https://gitlab.example', project: 'group/project' },
    build,
    mayReplace: () => Promise.resolve(true),
    open: (from) => (fails ? Promise.reject(refusal) : Promise.resolve(serving(content, '"v1"')(from))),
    progress: () => {},
    signal: unhurried(),
  }).catch((error: unknown) => {
    if (error !== refusal) throw error;
  });
}

async function unpack(index: number): Promise<void> {
  const { path } = await makeBuildFolder(root, 'out', build);
  const text = createHash('sha256').update(`${process.pid} ${index}`).digest('hex');
  const archive = await zipped({ name: 'a', content: text }, { name: 'b/c', content: text });
  const options = { limits: defaultLimits, progress: () => {}, signal: unhurried() };
  await extract({ archive, target: join(path, 'target'), ...options });
}

async function cache(index: number): Promise<void> {
  const shared = new ArtifactsCache(join(root, 'cache'), () => 10 * content.length, systemClock);
  const key = { instance: 'https://gitlab.example', project: 'group/project', build: index % 3, size: content.length };
  await shared.put(key, () => piecewise(content), unhurried());
}

process.stdout.write('ready');
stdin.once('end', () => {
  const each = { save: () => save(false), fail: () => save(true), extract: unpack, cache } as const;
  void Promise.all(Array.from({ length: count }, (_, index) => each[work](index)));
});
stdin.resume();
