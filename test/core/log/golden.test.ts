import assert from 'node:assert/strict';
import { firstError, tailOf } from '../../../src/core/log/firstError';
import { locationsIn } from '../../../src/core/log/locations';
import { read, told } from './support';
import { docker, kubernetes, outputs, shell } from './realLogs';

/** `name start…end seconds`, indented by depth. */
function outline(log: string): readonly string[] {
  return read(log).sections.map(
    ({ name, start, end, seconds, depth }) => `${' '.repeat(depth)}${name} ${start}…${end ?? ''} ${seconds ?? '?'}`,
  );
}

describe('the log of a runner', () => {
  it('with the shell executor is read (runner 10, build_script not yet a section)', async () => {
    assert.deepEqual(read(shell).lines, [
      'Running with gitlab-runner 10.8.0 (079aad9e)',
      '  on shell-1 7a1b2c3d',
      'Using Shell executor...',
      'Running on ci-host...',
      'Fetching changes...',
      'HEAD is now at 1a2b3c4d Fix it',
      'Checking out 1a2b3c4d as master...',
      '$ make test',
      'cc -o app main.c',
      "main.c:3:5: error: expected ';' before 'return'",
      'make: *** [Makefile:2: app] Error 1',
      'ERROR: Job failed: exit status 1',
    ]);
    assert.deepEqual(outline(shell), ['prepare_script 3…3 0', 'get_sources 4…6 1', 'build_script 7…10 4']);
    const log = read(shell);
    assert.equal(await firstError(log), 9);
    assert.deepEqual(tailOf(log, 3), log.lines.slice(9));
    assert.deepEqual(log.spans(7), [{ start: 0, end: 11, style: { color: 2, bold: true } }]);
    assert.deepEqual(log.spans(11), [{ start: 0, end: 32, style: { color: 1, bold: true } }]);
  });

  it('with the docker executor is read (runner 16)', async () => {
    const log = read(docker);
    assert.deepEqual(outline(docker), [
      'prepare_executor 2…4 3',
      'prepare_script 5…6 1',
      'get_sources 7…11 2',
      'restore_cache 12…14 1',
      'step_script 15…23 9',
      ' unit 18…23 5',
      'upload_artifacts_on_failure 24…25 1',
      'cleanup_file_variables 26…26 0',
    ]);
    assert.equal(log.lines[11], 'Receiving objects: 100% (200/200), done.');
    assert.equal(log.sections[5]?.header, 'Unit tests');
    assert.equal(log.sections[5].collapsed, true);
    assert.equal(log.lines[(await firstError(log)) ?? -1], 'FAIL src/app.test.ts');
    assert.equal(log.lines.at(-1), 'ERROR: Job failed: exit code 1');
    assert.ok(log.lines.every((line) => !/section_|\x1b|\r/.test(line)));
  });

  it('with the kubernetes executor and timestamps is read (runner 18)', () => {
    const { lines, times, streams, sections } = told(read(kubernetes));
    assert.deepEqual(lines, [
      'Running with gitlab-runner 18.7.0 (8a2b7bcd)',
      '  on kube 9x8y7z, system ID: r_abc',
      'Preparing the "kubernetes" executor',
      'Using Kubernetes namespace: ci',
      'Executing "step_script" stage of the job script',
      '$ go test ./...',
      '100%',
      '--- FAIL: TestAdd (0.00s)',
      'warning: slow disk',
      '    add_test.go:9: got 3, want 4',
      '',
      'ERROR: Job failed: command terminated with exit code 1',
    ]);
    assert.deepEqual([streams[7], streams[8], streams[11]], ['stdout', 'stderr', 'stdout']);
    assert.deepEqual([times[0], times[11]], [Date.UTC(2026, 0, 2, 3, 4, 5, 1), Date.UTC(2026, 0, 2, 3, 4, 20, 1)]);
    assert.deepEqual(
      sections.map(({ name, start, end, seconds }) => [name, start, end, seconds]),
      [
        ['prepare_executor', 2, 3, 2],
        ['step_script', 4, 10, 8],
      ],
    );
  });
});

describe('the output of a tool', () => {
  for (const { tool, log, error, places } of outputs)
    it(`${tool}: its first error and its locations`, async () => {
      const { lines } = read(log);
      const at = await firstError(read(log));
      assert.equal(at === undefined ? at : lines[at], error);
      const named = lines.flatMap((line) => locationsIn(line));
      assert.deepEqual(
        named.map(
          ({ url, path = '', line = 0, column }) =>
            url ?? [path, line, column].filter((one) => one !== undefined).join(':'),
        ),
        places,
      );
      assert.ok(lines.every((line) => !line.includes('\x1b')));
    });
});
