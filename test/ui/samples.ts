import type { Build } from '../../src/core/model/build';
import type { Failure } from '../../src/core/model/errors';
import type { Snapshot, Target } from '../../src/core/model/snapshot';
import type { RepositoryView, ViewState } from '../../src/core/session/repositoryView';

/** Builds and snapshots for tests that draw without a server. */
export const sha = '0123456789abcdef0123456789abcdef01234567';

/** All that GitLab has ever had (18.9). */
export const allStatuses = [
  'created',
  'waiting_for_resource',
  'preparing',
  'waiting_for_callback',
  'pending',
  'running',
  'success',
  'failed',
  'canceling',
  'canceled',
  'skipped',
  'manual',
  'scheduled',
] as const;

export function aBuild(changes: Partial<Build> = {}): Build {
  return {
    id: 1,
    name: 'rspec',
    stage: 'test',
    status: 'success',
    ref: 'master',
    tag: false,
    allowFailure: false,
    createdAt: '2016-03-01T12:00:00.000Z',
    attempts: [],
    ...changes,
  };
}

/** With ids from 1 and names of their own. */
export function someBuilds(...all: readonly Partial<Build>[]): readonly Build[] {
  return all.map((changes, index) => aBuild({ id: index + 1, name: `build-${index + 1}`, ...changes }));
}

export function aTarget(changes: Partial<Target> = {}): Target {
  const instance = { url: 'https://git.example.com', hosts: [], apiVersion: 'auto' } as const;
  return { instance, project: 'group/project', sha, ref: 'master', pinned: false, ...changes };
}

export function ready(builds: readonly Build[], failure?: Failure): Extract<Snapshot, { kind: 'ready' }> {
  const stale = failure === undefined ? undefined : { asOf: 0, failure };
  return { kind: 'ready', target: aTarget(), builds, pipelines: [], apiVersion: 'v3', readOnly: false, stale };
}

export function aRepository(name: string, snapshot: Snapshot | undefined): RepositoryView {
  return { root: `file:///work/${name}`, name, snapshot };
}

/** What the views draw with one repository. */
export function alone(snapshot: Snapshot | undefined): ViewState {
  return several(aRepository('project', snapshot));
}

/** The first one is active. */
export function several(...repositories: readonly RepositoryView[]): ViewState {
  return { repositories, active: repositories[0]?.root };
}

/** Texts with which a server could try to become more than text. */
export const hostileTexts = [
  '[click](command:workbench.action.terminal.new)',
  '![x](https://evil.example.com/pixel.png)',
  '<img src="https://evil.example.com/pixel.png"><a href="command:x">y</a>',
  '<https://evil.example.com> https://evil.example.com www.evil.example.com mail@evil.example.com',
  'a | b \\| c',
  '`code` ``more`` ~~~ *bold* _under_ ~~gone~~',
  '$(flame) \\$(flame) $$(flame)',
  'one\ntwo\r\n\n# three\u2028four\u0000five\u001bsix',
  '&lt;b&gt; &#36;(x) &amp;',
  '[x]: command:y "z"',
  '[a]\n(command:b)',
] as const;
