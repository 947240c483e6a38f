import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { readOptions, UsageError } from '../demo/options';
import { profileNames } from '../gitlab/profiles/profiles';
import { projectRoot } from './project';
import { temporaryFolder } from './temporaryFolder';
import { git } from './workspace';

describe('The options of the demo', () => {
  const { path: temporary, remove } = temporaryFolder('options-');
  after(remove);

  it('are the version of GitLab, or a repository of the user, and whether to open a browser', async () => {
    const folder = await mkdtemp(join(temporary, 'repository-'));
    await git(folder, 'init', '--quiet');
    const newest = profileNames.at(-1);
    const read = async (...args: readonly string[]) => readOptions(['--no-open', ...args]);
    assert.deepEqual(await read(), { gitlab: newest, repository: undefined, open: false });
    for (const args of [['--gitlab', '8.5'], ['--gitlab=8.5']])
      assert.deepEqual(await read(...args), { gitlab: '8.5', repository: undefined, open: false });
    for (const args of [['--repo', folder], [`--repo=${folder}`]])
      assert.deepEqual(await read(...args), { gitlab: newest, repository: folder, open: false });
  });

  it('are rejected in one sentence if they are unknown', async () => {
    const folder = await mkdtemp(join(temporary, 'no-repository-'));
    const file = join(projectRoot, 'package.json');
    const versions = profileNames.join(', ');
    const refusals: readonly (readonly [args: readonly string[], sentence: string])[] = [
      [['--frobnicate'], 'The demo takes --gitlab VERSION, --repo PATH and --no-open, not "--frobnicate".'],
      [['--gitlab', '7.0'], `--gitlab takes one of ${versions}, not "7.0".`],
      [['--gitlab=18'], `--gitlab takes one of ${versions}, not "18".`],
      [['--gitlab'], `--gitlab takes one of ${versions}.`],
      [
        ['--gitlab', '9.0', `--repo=${folder}`],
        'A repository of yours has a GitLab of its own: --gitlab does not go with --repo.',
      ],
      [['--repo'], '--repo needs the path of a git repository.'],
      [['--repo', join(folder, 'missing')], `There is no ${join(folder, 'missing')}.`],
      [['--repo', file], `${file} is not a folder.`],
      [['--repo', folder], `${folder} is not a git repository.`],
    ];
    for (const [args, message] of refusals) await assert.rejects(readOptions(args), new UsageError(message));
  });
});
