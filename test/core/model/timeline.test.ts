import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Build } from '../../../src/core/model/build';
import { runningSeconds, timelineOf, wholeSeconds, type Needs, type Timeline } from '../../../src/core/model/timeline';
import { buildWith } from '../support';

const origin = Date.UTC(2024, 1, 1, 12);
const iso = (second: number): string => new Date(origin + second * 1000).toISOString();
const now = origin + 1_000_000;

let ids = 0;
/** A build of a stage that ran from one second to another. */
function ran(stage: string, name: string, from: number, to?: number, changes: Partial<Build> = {}): Build {
  const status = to === undefined ? 'running' : 'success';
  const finishedAt = to === undefined ? undefined : iso(to);
  return buildWith({
    ...{ id: (ids += 1), stage, name, status, createdAt: iso(0), startedAt: iso(from), finishedAt },
    ...changes,
  });
}

function drawn(builds: readonly Build[], needs?: Needs, at = now): Timeline {
  return timelineOf(builds, undefined, at, needs) ?? assert.fail('no timeline');
}

function pathOf(timeline: Timeline): string {
  return timeline.path.map(({ build }) => build.name).join(' ');
}

describe('The timeline of a pipeline', () => {
  it('is in order of start, and distinguishes waiting from running', () => {
    const builds = [ran('build', 'compile', 3, 63), ran('test', 'rspec', 70, 100), ran('build', 'lint', 1, 4)];
    const { bars, created } = drawn(builds);
    assert.equal(created, origin);
    assert.deepEqual(
      bars.map(({ build, ready, start, end }) => [
        build.name,
        ...[ready, start, end].map((at) => (at - origin) / 1000),
      ]),
      [
        ['lint', 0, 1, 4],
        ['compile', 0, 3, 63],
        ['rspec', 63, 70, 100],
      ],
    );
  });

  it('has a path through the last thing that each build waited for, by its stages', () => {
    const builds = [
      ran('build', 'compile', 2, 60),
      ran('build', 'assets', 1, 50),
      ran('test', 'rspec 1/2', 61, 90),
      ran('test', 'rspec 2/2', 61, 120),
      ran('deploy', 'production', 125, 130),
    ];
    const timeline = drawn(builds);
    assert.equal(pathOf(timeline), 'compile rspec 2/2 production');
    assert.deepEqual([runningSeconds(timeline), wholeSeconds(timeline)], [58 + 59 + 5, 130]);
    assert.equal(timeline.isEstimated, false);
  });

  it('follows needs if GitLab lists them, and stages if a build has none', () => {
    const builds = [
      ran('build', 'compile', 2, 60),
      ran('build', 'lint', 1, 5),
      ran('test', 'rspec', 61, 70),
      ran('test', 'docs', 6, 200),
      ran('deploy', 'production', 201, 210),
    ];
    const needs = new Map([['docs', ['lint']]]);
    assert.equal(pathOf(drawn(builds, needs)), 'lint docs production');
    assert.equal(drawn(builds, needs).isEstimated, false);
    assert.equal(pathOf(drawn(builds, new Map([['docs', []]]))), 'docs production');
  });

  it('is estimated if a build began before earlier stages finished and GitLab doesn’t say why', () => {
    const early = [ran('build', 'compile', 2, 60), ran('test', 'docs', 6, 200)];
    assert.equal(drawn(early).isEstimated, true);
    assert.equal(pathOf(drawn(early)), 'docs');
    const pending = buildWith({ id: (ids += 1), stage: 'build', name: 'slow', status: 'pending', createdAt: iso(0) });
    assert.equal(drawn([pending, ran('test', 'docs', 6, 200, { id: (ids += 1) })]).isEstimated, true);
  });

  it('is not estimated because of builds that no stage waits for, or that were retried later', () => {
    const manual = buildWith({ id: (ids += 1), stage: 'build', name: 'drop', status: 'manual', createdAt: iso(0) });
    const first = ran('build', 'compile', 2, 60);
    const again = ran('build', 'compile', 300, 400, { attempts: [first] });
    assert.equal(drawn([manual, again, ran('test', 'rspec', 61, 90)]).isEstimated, false);
  });

  it('shows each attempt, and a retry as waiting for the previous attempt', () => {
    const compile = ran('build', 'compile', 1, 9);
    const first = ran('test', 'rspec', 10, 20, { status: 'failed' });
    const again = ran('test', 'rspec', 100, 130, { attempts: [first] });
    const timeline = drawn([compile, again]);
    assert.deepEqual(
      timeline.path.map(({ build, attempt }) => [build.name, attempt]),
      [
        ['compile', undefined],
        ['rspec', 1],
        ['rspec', 2],
      ],
    );
  });

  it('counts running builds up to now', () => {
    const timeline = drawn([ran('build', 'compile', 1, 9), ran('test', 'rspec', 10)], undefined, origin + 50_000);
    assert.deepEqual([timeline.isRunning, timeline.end], [true, origin + 50_000]);
  });

  it("leaves out external statuses and builds that haven't started", () => {
    const external = ran('external', 'sonar', 1, 900, { kind: 'external' });
    const manual = buildWith({ id: (ids += 1), stage: 'deploy', name: 'production', status: 'manual' });
    const timeline = drawn([external, ran('build', 'compile', 1, 9), manual]);
    assert.deepEqual([pathOf(timeline), timeline.notStarted.map(({ name }) => name)], ['compile', ['production']]);
    assert.equal(timelineOf([external, manual], undefined, now), undefined);
  });

  it('terminates for builds without duration that need each other', () => {
    const builds = [ran('test', 'a', 5, 5), ran('test', 'b', 5, 5)];
    const needs = new Map([
      ['a', ['b']],
      ['b', ['a']],
    ]);
    assert.ok(drawn(builds, needs).path.length <= 2);
  });

  it('needs no deep stack for 20,000 builds', () => {
    const builds = Array.from({ length: 20_000 }, (_, at) => ran(`stage-${at % 10}`, `build ${at}`, at, at + 5));
    assert.equal(drawn(builds).bars.length, 20_000);
  });
});

const second = fc.integer({ min: 0, max: 60 });
const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const aRun = fc.record({
  name,
  stage: fc.constantFrom('one', 'two', 'three'),
  created: second,
  from: second,
  lasted: second,
  isOpen: fc.boolean(),
  isRetried: fc.boolean(),
});
const someNeeds = fc.option(fc.dictionary(name, fc.array(name)), { nil: undefined });

describe('The critical path of any pipeline', () => {
  it('runs without a gap from the creation to the end of what ended last', () => {
    fc.assert(
      fc.property(fc.array(aRun, { minLength: 1, maxLength: 12 }), someNeeds, (runs, written) => {
        ids = 0;
        const builds = runs.map((run) => {
          const [from, to] = [run.from, run.isOpen ? undefined : run.from + run.lasted];
          const first = run.isRetried ? [ran(run.stage, run.name, run.created, run.created + 1)] : [];
          return ran(run.stage, run.name, from, to, { createdAt: iso(run.created), attempts: first });
        });
        const needs = written && new Map(Object.entries(written));
        const timeline = drawn(builds, needs, origin + 120_000);
        const { path, bars, created } = timeline;
        const [first, last] = [path[0] ?? assert.fail(), path.at(-1) ?? assert.fail()];
        path.slice(1).forEach((bar, index) => assert.ok((path[index]?.end ?? NaN) <= bar.start));
        assert.equal(last.end, Math.max(...bars.map(({ end }) => end)));
        assert.equal(new Set(path.map(({ build }) => build.id)).size, path.length);
        const waiting = path.reduce((sum, { ready, start }) => sum + start - ready, 0) / 1000;
        assert.equal(runningSeconds(timeline) + waiting, wholeSeconds(timeline));
        assert.ok(created <= first.start);
        for (const { ready, start, end } of bars) assert.ok(created <= ready && ready <= start && start <= end);
      }),
    );
  });
});
