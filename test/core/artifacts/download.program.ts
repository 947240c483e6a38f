import assert from 'node:assert/strict';
import { saveArtifacts } from '../../../src/core/artifacts/download/save';
import { clientOf, unhurried } from '../support';
import { openOf } from './opening';

/** A process of its own that downloads the artifacts of one build. Its argument: which, of what server, and where to. */
const [, , argument = ''] = process.argv;
const { url, root, project, build } = JSON.parse(argument) as Record<'url' | 'root' | 'project', string> & {
  readonly build: number;
};
const signal = unhurried();
await saveArtifacts({
  root,
  directory: '.gitlab-builds',
  origin: { instance: url, project },
  build: await clientOf({ url }).build(project, build, signal),
  mayReplace: () => assert.fail('asked'),
  open: openOf({ url }, project, build, signal),
  progress: () => {},
  signal,
});
